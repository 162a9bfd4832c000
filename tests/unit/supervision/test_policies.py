"""Which ladder applies, and what a policy may not say."""

from pathlib import Path

import pytest

from services.supervision.policies import policy_from, read_policy
from shared.errors import Invalid
from tests.unit.supervision.steps import LADDERS

SHIPPED = Path(__file__).parents[3] / "deploy" / "catalogue" / "policies.yaml"


def test_the_shipped_policies_are_sound_and_remind_before_every_clock_is_due():
    policy = read_policy(SHIPPED)
    for kind in ("statutory", "promised", "handling", "acceptance", "deferral"):
        ladder = policy.ladder(kind, item="any", department="any")
        assert ladder[0][0] == "reminder"


def test_an_item_goes_before_a_department_and_a_department_before_all():
    policy = policy_from(
        {
            **LADDERS,
            "items": {"birth": {"handling": "silent"}},
            "departments": {"fire": {"handling": "half"}},
        }
    )
    assert policy.ladder("handling", item="birth", department="fire") == ()
    assert len(policy.ladder("handling", item="other", department="fire")) == 2
    assert len(policy.ladder("handling", item="other", department="water")) == 4
    assert len(policy.ladder("promised", item="birth", department="fire")) == 4


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"clocks": {}}, "clocks.statutory: is missing: name its ladder"),
        ({"rungs": {}}, "policies.rungs: is unknown"),
        ({"ladders": {"usual": {"pink": "at due"}}}, "ladders.usual.pink: is no rung"),
        ({"items": {"birth": {"handling": "loud"}}}, r"items.birth.handling: names no ladder"),
        ({"departments": {"fire": {"answer": "half"}}}, "departments.fire.answer: is no kind"),
        ({"items": ["birth"]}, "items: must be a mapping"),
    ],
)
def test_a_policy_that_cannot_be_followed_is_refused_with_the_field(change, problem: str):
    with pytest.raises(Invalid, match=problem):
        policy_from({**LADDERS, **change})


def test_a_policy_file_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(Invalid, match="cannot be read"):
        read_policy(tmp_path / "policies.yaml")


def test_alerts_of_no_limit_tell_the_centre_unless_a_line_says_otherwise():
    policy = policy_from({**LADDERS, "others": {"rating": "head", "parked": []}})
    assert policy.others["rating"] == ("head",)
    assert policy.others["parked"] == ()
    assert policy.others["calendar"] == ("centre",)
    assert policy.others["unreached"] == ("centre", "leadership")


def test_who_is_told_of_what_is_no_departments_is_none_of_a_department():
    wrong = {"parked": ["head"], "rating": "moon", "red": ["centre"]}
    with pytest.raises(Invalid) as raised:
        policy_from({**LADDERS, "others": wrong})
    assert {str(it) for it in raised.value.faults} == {
        "others.red: is unknown",
        "others.parked: 'head' is none of supervisor, centre, leadership",
        "others.rating: 'moon' is none of handler, head, supervisor, centre, leadership",
    }
