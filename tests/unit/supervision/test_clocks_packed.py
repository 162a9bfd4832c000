"""All clocks of a case as one text, and back."""

import json
from datetime import UTC, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.supervision.clocks import Clock
from services.supervision.ladder import climb
from services.supervision.limits import Given
from services.supervision.packing import Packed, pack
from shared.messages import Text
from shared.worktime import Ledger
from tests.unit.supervision.steps import CASE, RULES, at

BEGIN = at("09-18 10:00")
LADDER = RULES.policy.ladder("handling", item="enterprise-investment", department="fire")
DAYS = st.integers(min_value=0, max_value=40).map(lambda days: BEGIN + timedelta(days=days))
LIMITS = st.builds(
    Ledger.starting, DAYS, st.integers(1, 20), st.sampled_from(("working_days", "working_hours"))
) | st.builds(lambda due: Given(started=BEGIN, due=due), DAYS)


@st.composite
def clocks(draw: st.DrawFn) -> dict[str, Clock]:
    """Some clocks of one case, of which many have something in common."""
    made = [
        Clock(
            case=CASE,
            kind=draw(st.sampled_from(("acceptance", "handling"))),
            subject=f"a.{number}",
            department="fire",
            title=Text(zh=draw(st.sampled_from(("审图", '"引号"\\'))), en="Review"),
            limit=draw(LIMITS),
        )
        for number in range(draw(st.integers(0, 6)))
    ]
    begun = [it.begun(LADDER, RULES.calendar) for it in made]
    return {it.id: it.end(at("10-30 12:00")) if draw(st.booleans()) else it for it in begun}


@given(clocks(), clocks())
def test_clocks_come_back_as_they_went_in(before, changed):
    first = Packed(CASE, pack({}, before).text)
    assert dict(first) == before
    second = Packed(CASE, pack(first, changed).text)
    assert dict(second) == {**before, **changed}


@given(clocks(), clocks())
def test_what_is_written_does_not_depend_on_what_was_taken_apart(before, changed):
    kept = Packed(CASE, pack({}, before).text)
    assert pack(kept, changed) == pack(before, changed)


@given(clocks())
def test_the_next_moment_and_what_is_provisional_are_those_of_the_clocks(some):
    packing = pack({}, some)
    coming = [it.next_at.astimezone(UTC) for it in some.values() if it.next_at]
    assert packing.next_at == min(coming, default=None)
    assert packing.provisional == any(it.provisional and not it.ended_at for it in some.values())


def test_what_clocks_have_in_common_stands_once():
    limit = Ledger.starting(BEGIN, 5, "working_days")
    some = {
        f"{CASE}/handling/a.{number}": Clock(
            case=CASE,
            kind="handling",
            subject=f"a.{number}",
            department="fire",
            title=Text(zh="审图", en="Review"),
            limit=limit,
            rungs=climb(LADDER, limit, RULES.calendar),
        )
        for number in range(8)
    }
    plain = json.loads(pack({}, some).text)
    assert [len(plain[name]) for name in ("titles", "limits", "ladders", "clocks")] == [1, 1, 1, 8]


@given(
    st.integers(0, 200 * 86_400),
    st.integers(1, 10),
    st.sampled_from(("working_days", "calendar_days", "working_hours")),
)
def test_a_clock_that_begins_is_counted_as_if_nobody_had_counted_another_of_that_day(
    seconds, amount, unit
):
    limit = Ledger.starting(at("01-02 00:00") + timedelta(seconds=seconds), amount, unit)
    clock = Clock(
        case=CASE, kind="handling", department="fire", title=Text(zh="审", en="R"), limit=limit
    ).begun(LADDER, RULES.calendar)
    assert clock.due_at == limit.due_date(RULES.calendar)
    assert clock.provisional == limit.provisional(RULES.calendar)
    assert clock.rungs == climb(LADDER, limit, RULES.calendar)
