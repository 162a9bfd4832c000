"""What a policy says of a rung: to whom, by what, what must follow; and policies of regions."""

import pytest

from services.supervision.policies import policy_from
from services.supervision.rungs import Within, written
from shared.errors import Invalid
from shared.worktime import china
from tests.unit.supervision.steps import LADDERS, at

LONG = {
    "reminder": "1 working day before due",
    "yellow": {"when": "at due", "to": "handler", "acknowledge": "4 working hours"},
    "red": {
        "when": "2 working days after due",
        "to": ["head", "supervisor"],
        "channels": ["dingtalk", "mail"],
        "acknowledge": "1 working day",
        "else": "leadership",
        "may_be_skipped": True,
        "break_quiet_hours": True,
        "order": "reassign",
    },
    "centre": {"when": "5 working days after due", "to": ["centre"]},
    "leadership": {"to": ["leadership"]},
}


def test_the_short_form_and_the_long_one_stand_side_by_side():
    ladder = written(LONG, "l")
    assert ladder.climbed == (
        ("reminder", "1 working day before due"),
        ("yellow", "at due"),
        ("red", "2 working days after due"),
        ("centre", "5 working days after due"),
    )
    red = ladder.rung("red")
    assert (red.to, red.channels) == (("head", "supervisor"), ("dingtalk", "mail"))
    assert red.acknowledge == Within(amount=1, unit="working_days")
    assert (red.may_be_skipped, red.break_quiet_hours, red.order) == (True, True, "reassign")
    assert ladder.rung("reminder").to == ()


def test_what_nobody_acknowledges_leads_to_the_next_rung_or_to_the_one_named():
    ladder = written(LONG, "l")
    assert ladder.after("yellow").name == "red"
    assert ladder.after("red").name == "leadership"
    assert ladder.after("leadership") is None


def test_the_time_to_acknowledge_is_counted_in_time_of_business():
    within = written(LONG, "l").rung("yellow").acknowledge
    assert within.end(at("09-24 15:00"), china()) == at("09-28 11:00")  # the 25th to 27th are off


@pytest.mark.parametrize(
    ("rung", "said", "problem"),
    [
        ("red", {"when": "at due", "to": ["mayor"]}, "l.red.to: 'mayor' is no role; a role is"),
        ("red", {"when": "at due", "too": "head"}, "l.red.too: is unknown; there are when, to"),
        ("red", {"when": "soon"}, "l.red: 'soon' is not of the form"),
        ("red", {"when": "at due", "acknowledge": "soon"}, "l.red.acknowledge: 'soon' is not of"),
        ("red", {"when": "at due", "else": "head"}, "l.red.else: needs the time within which"),
        ("red", {"when": "at due", "acknowledge": "1 working day"}, "acknowledge: nothing follows"),
        (
            "red",
            {"when": "at due", "acknowledge": "1 working day", "else": "yellow"},
            "l.red.else: 'yellow' is no higher rung of this ladder; there are none",
        ),
        ("red", {"to": ["head"]}, "l.red: is never reached: say when"),
        ("red", {"when": "at due", "channels": "Mail!"}, "l.red.channels: 'Mail!' is no name of"),
        ("red", {"when": "at due", "may_be_skipped": 1}, "l.red.may_be_skipped: is true or false"),
        ("red", {"when": "at due", "may_be_skipped": True}, "needs the roles that may be skipped"),
        (
            "yellow",
            {"when": "at due", "to": "head", "break_quiet_hours": True},
            "l.yellow.break_quiet_hours: is for red, head, centre, leadership; leave it out",
        ),
        (
            "red",
            {"when": "at due", "order": "deemed_approval"},
            "l.red.order: no policy grants an approval: the service item says so",
        ),
        ("red", {"when": "at due", "order": "close"}, "l.red.order: 'close' is no order"),
        (
            "red",
            {"when": "80% of the limit", "order": "reassign"},
            "l.red.order: cannot come before the limit has passed",
        ),
        ("red", {"when": "2 working hours before due", "order": "reassign"}, "before the limit"),
    ],
)
def test_a_rung_that_cannot_be_followed_is_refused_with_its_field(rung, said, problem: str):
    with pytest.raises(Invalid, match=problem):
        written({rung: said}, "l")


def test_an_order_is_for_the_handling_of_a_task_alone():
    ladders = {**LADDERS["ladders"], "ordering": {"red": {"when": "at due", "order": "reassign"}}}
    problem = r"items\.birth\.promised: the ladder 'ordering' has an order"
    with pytest.raises(Invalid, match=problem):
        policy_from({**LADDERS, "ladders": ladders, "items": {"birth": {"promised": "ordering"}}})
    policy_from({**LADDERS, "ladders": ladders, "items": {"birth": {"handling": "ordering"}}})


REGIONS = {
    **LADDERS,
    "items": {"birth": {"handling": "silent"}},
    "regions": {
        "330106": {"departments": {"fire": {"handling": "silent"}}},
        "330100": {"clocks": {"handling": "half"}},
    },
}


@pytest.mark.parametrize(
    ("region", "item", "department", "rungs"),
    [
        ("330200", "other", "fire", 4),  # another city
        ("330200", "birth", "fire", 0),
        ("330100", "other", "fire", 2),
        ("330100", "birth", "fire", 2),  # what the city says goes before what holds everywhere
        ("330106", "other", "fire", 0),  # a district of it
        ("330106", "other", "water", 2),
        ("330108", "other", "fire", 2),  # another district of it
        ("", "other", "fire", 4),
    ],
)
def test_the_nearest_region_that_says_something_goes_first(region, item, department, rungs):
    policy = policy_from(REGIONS).of(region)
    assert len(policy.ladder("handling", item=item, department=department)) == rungs


@pytest.mark.parametrize(
    ("regions", "problem"),
    [
        ({"hangzhou": {}}, "regions.hangzhou: 'hangzhou' is no code of GB/T 2260"),
        ({"3301": {}}, "regions.3301: is written 330100"),
        ({"nation": {}}, "regions.nation: "),
        ({"330100": {"refusals": {}}}, "regions.330100.refusals: is unknown"),
        ({"330100": {"clocks": {"handling": "loud"}}}, "regions.330100.clocks.handling: names no"),
        (["330100"], "regions: must be a mapping"),
    ],
)
def test_a_region_that_is_none_is_refused(regions, problem: str):
    with pytest.raises(Invalid, match=problem):
        policy_from({**LADDERS, "regions": regions})
