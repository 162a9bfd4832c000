"""Which cases are chosen, and what two maps differ in."""

from datetime import date

import pytest

from services.supervision.flow.comparing import compared
from services.supervision.flow.plain import plain, plain_differences
from services.supervision.flow.selection import Selection, period
from services.supervision.flow.tally import flow_of
from services.supervision.flow.words import Words
from shared.businesstime import CHINA
from shared.errors import Invalid
from tests.unit.supervision.flow.small import ELAPSED, again, case, side_by_side, task


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-Q1", "2026-01-01", "2026-03-31"),
        ("2028-02", "2028-02-01", "2028-02-29"),
        ("2026-09-15", "2026-09-15", "2026-09-15"),
        ("2026-09-01..2026-09-15", "2026-09-01", "2026-09-15"),
    ],
)
def test_a_period_is_read_as_a_person_writes_it(text, first, last):
    assert period(text, "before") == (date.fromisoformat(first), date.fromisoformat(last))


def test_either_end_of_a_period_may_be_open_and_a_version_is_none():
    assert period("..2026-09-15", "before") == (None, date(2026, 9, 15))
    assert Selection(item="a").narrowed("v3", "after") == Selection(item="a", version=3)


@pytest.mark.parametrize("text", ["soon", "2026-13", "2026-Q5", "..", "v", "2026-02-30"])
def test_what_is_no_period_is_refused_with_its_field(text):
    with pytest.raises(Invalid, match=r"^after: '.*' is no version \(v3\) and no period"):
        Selection(item="a").narrowed(text, "after")


def test_the_last_day_of_a_period_is_in_it():
    chosen = Selection(item="a", since=date(2026, 9, 1), until=date(2026, 9, 30))
    begin, end = chosen.begin(CHINA), chosen.end(CHINA)
    assert begin and end
    assert (begin.isoformat(), end.isoformat()) == (
        "2026-09-01T00:00:00+08:00",
        "2026-10-01T00:00:00+08:00",
    )


def test_a_comparison_tells_both_counts_and_by_how_much_the_median_moved():
    quicker = case(
        "new", "21 09:00", "21 12:00", task("fire", "fire", "21 09:00", "21 10:00", "21 12:00")
    )
    found = compared(flow_of([side_by_side()], ELAPSED), flow_of([quicker] * 10, ELAPSED))
    whole, most = found[0], found[1]
    assert (whole.kind, whole.earlier.count, whole.later.count, whole.median) == (
        "case",
        1,
        10,
        -14,
    )
    assert (most.before, most.earlier.median, most.later.median) == ("fire", 9, 2)
    gone = next(it for it in found if (it.kind, it.before) == ("task", "decide"))
    assert (gone.later.count, gone.median, gone.few) == (0, None, True)


def test_a_difference_between_many_is_not_one_of_few():
    many = flow_of([side_by_side()] * 10, ELAPSED)
    assert not any(it.few for it in compared(many, many))
    assert all(it.median == 0 for it in compared(many, many))


def test_a_map_and_a_comparison_as_json_name_the_opening_and_the_close():
    flow = flow_of([again()], ELAPSED)
    told = plain(flow, Words(language="en"))
    assert [(it["from"], it["to"]) for it in told["edges"]] == [
        ("opened", "look"),
        ("look", "look"),
        ("look", "closed"),
    ]
    assert told["rework"][0]["because"] == {"declined": 1}
    assert plain_differences(compared(flow, flow))[0]["before"]["count"] == 1
