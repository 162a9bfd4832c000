"""What holds for every clock, found by search; the oracle counts day by day."""

from datetime import date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from hypothesis import assume, given
from hypothesis import strategies as st

from shared.worktime import (
    Ledger,
    Unit,
    china,
    consumed,
    due,
    moment_beside_due,
    moment_of_share,
    remaining,
    share,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = china()
CLOSE = time(17)
INSTANT = timedelta(microseconds=1)

units = st.sampled_from(["working_days", "working_hours", "calendar_days"])
day_units = st.sampled_from(["working_days", "calendar_days"])
amounts = st.integers(1, 60)
# edges of business are where rules break: half of all instants lie on one
hours = st.one_of(
    st.sampled_from([time(0), time(9), time(12), time(13), time(17)]),
    st.times(),
)
days = st.dates(date(2024, 1, 1), date(2026, 9, 30))
moments = st.builds(lambda day, at: datetime.combine(day, at, SHANGHAI), days, hours)


@st.composite
def ledgers(draw: st.DrawFn, unit: st.SearchStrategy[str] = units, stops: int = 3) -> Ledger:
    made = Ledger.starting(draw(moments), draw(amounts), draw(unit))  # type: ignore[arg-type]
    at = made.started
    for _ in range(draw(st.integers(0, stops))):
        at = _later(draw, at)
        made = made.suspend(at)
        at = _later(draw, at)
        made = made.resume(at)
    return made


def _later(draw: st.DrawFn, at: datetime) -> datetime:
    step = draw(st.one_of(st.just(timedelta()), st.timedeltas(timedelta(), timedelta(days=15))))
    snap = draw(st.one_of(st.none(), hours))
    moved = at + step
    return max(at, datetime.combine(moved.date(), snap, SHANGHAI) if snap else moved)


def closings(made: Ledger, until: datetime) -> list[datetime]:
    """The ends of business at which the clock ran, day by day."""
    found, day = [], made.started.date() + timedelta(days=1)
    while (close := datetime.combine(day, CLOSE, SHANGHAI)) <= until:
        counts = made.unit == "calendar_days" or CALENDAR.day(day).working
        if counts and runs_at(made, close):
            found.append(close)
        day += timedelta(days=1)
    return found


def runs_at(made: Ledger, moment: datetime) -> bool:
    return any(s.begin < moment and (s.end is None or moment <= s.end) for s in made.stretches)


def due_of(made: Ledger) -> datetime:
    ends = made.due_date(CALENDAR)
    assert ends is not None
    return ends


@given(made=ledgers(day_units))
def test_the_due_date_is_the_one_that_counting_day_by_day_finds(made: Ledger):
    horizon = made.stretches[-1].begin + timedelta(days=150)
    spent = closings(made, horizon)[made.budget - 1]
    day = spent.date()
    while not (CALENDAR.day(day).working and runs_at(made, datetime.combine(day, CLOSE, SHANGHAI))):
        day += timedelta(days=1)
    assert made.due_date(CALENDAR) == datetime.combine(day, CLOSE, SHANGHAI)


@given(made=ledgers(st.just("working_days")), now=moments)
def test_consumed_working_days_are_those_that_counting_day_by_day_finds(
    made: Ledger, now: datetime
):
    assert made.consumed(now, CALENDAR) == len(closings(made, now))


@given(start=moments, minutes=st.integers(0, 60 * 24 * 20))
def test_consumed_working_hours_are_those_that_counting_minute_by_minute_finds(
    start: datetime, minutes: int
):
    start = start.replace(second=0, microsecond=0)
    minutes %= 60 * 24 * 3
    counted = sum(
        CALENDAR.is_working(at.date()) and (9 <= at.hour < 12 or 13 <= at.hour < 17)
        for at in (start + timedelta(minutes=n) for n in range(minutes))
    )
    until = start + timedelta(minutes=minutes)
    assert consumed(start, until, "working_hours", CALENDAR) == Fraction(counted, 60)


@given(made=ledgers(), now=moments)
def test_consumed_and_remaining_make_up_the_budget(made: Ledger, now: datetime):
    assert made.consumed(now, CALENDAR) + made.remaining(now, CALENDAR) == made.budget


@given(start=moments, amount=amounts, unit=units, now=moments)
def test_a_ledger_without_stops_counts_as_the_plain_functions_do(
    start: datetime, amount: int, unit: Unit, now: datetime
):
    made = Ledger.starting(start, amount, unit)
    assert made.due_date(CALENDAR) == due(start, amount, unit, CALENDAR)
    if now <= due_of(made) and unit != "calendar_days":
        assert made.consumed(now, CALENDAR) == consumed(start, now, unit, CALENDAR)
        assert made.remaining(now, CALENDAR) == remaining(start, amount, now, unit, CALENDAR)


@given(made=ledgers())
def test_the_budget_is_spent_when_it_is_due_and_not_overspent(made: Ledger):
    assert made.consumed(due_of(made), CALENDAR) == made.budget


@given(made=ledgers())
def test_the_budget_is_not_spent_before_it_is_due(made: Ledger):
    assume(made.unit != "calendar_days")
    assert made.consumed(due_of(made) - INSTANT, CALENDAR) < made.budget


@given(made=ledgers(), first=moments, second=moments)
def test_consumed_time_never_shrinks(made: Ledger, first: datetime, second: datetime):
    earlier, later = sorted((first, second))
    assert made.consumed(earlier, CALENDAR) <= made.consumed(later, CALENDAR)


@given(made=ledgers())
def test_a_limit_ends_while_the_clock_runs_on_a_working_day_within_business(made: Ledger):
    ends = due_of(made)
    assert runs_at(made, ends)
    assert CALENDAR.day(ends.date()).working
    assert ends.time() <= CLOSE


@given(made=ledgers(), wait=st.timedeltas(timedelta(), timedelta(days=90)), now=moments)
def test_stopping_and_resuming_at_one_instant_changes_nothing(
    made: Ledger, wait: timedelta, now: datetime
):
    at = made.stretches[-1].begin + wait
    paused = made.suspend(at).resume(at)
    assert paused.due_date(CALENDAR) == made.due_date(CALENDAR)
    assert paused.consumed(now, CALENDAR) == made.consumed(now, CALENDAR)


@given(
    made=ledgers(),
    wait=st.timedeltas(timedelta(), timedelta(days=90)),
    length=st.timedeltas(timedelta(), timedelta(days=90)),
)
def test_a_stop_never_moves_the_due_date_to_an_earlier_day(
    made: Ledger, wait: timedelta, length: timedelta
):
    at = made.stretches[-1].begin + wait
    assert due_of(made.suspend(at).resume(at + length)) >= due_of(made)


@given(
    made=ledgers(st.just("working_days")),
    wait=st.timedeltas(timedelta(), timedelta(days=90)),
    length=st.timedeltas(timedelta(), timedelta(days=60)),
)
def test_a_stop_moves_the_due_date_by_the_ends_of_business_within_it(
    made: Ledger, wait: timedelta, length: timedelta
):
    at = made.stretches[-1].begin + wait
    before = due_of(made)
    assume(at < before)
    lost = [close for close in closings(made, at + length) if close > at]
    moved = due_of(made.suspend(at).resume(at + length))
    assert CALENDAR.working_days_between(before.date(), moved.date()) == len(lost)


@given(
    made=ledgers(),
    steps=st.lists(st.timedeltas(timedelta(), timedelta(days=30)), min_size=3, max_size=3),
)
def test_two_stops_without_a_pause_are_one(made: Ledger, steps: list[timedelta]):
    first = made.stretches[-1].begin + steps[0]
    second, last = first + steps[1], first + steps[1] + steps[2]
    twice = made.suspend(first).resume(second).suspend(second).resume(last)
    assert due_of(twice) == due_of(made.suspend(first).resume(last))


@given(made=ledgers(), wait=st.timedeltas(timedelta(), timedelta(days=90)))
def test_a_stopped_clock_is_due_only_if_it_was_due_before(made: Ledger, wait: timedelta):
    at = made.stretches[-1].begin + wait
    ends = due_of(made)
    assert made.suspend(at).due_date(CALENDAR) == (ends if ends <= at else None)


@given(made=ledgers(), more=amounts)
def test_an_extension_is_a_larger_budget(made: Ledger, more: int):
    larger = Ledger(amount=made.amount + more, unit=made.unit, stretches=made.stretches)
    assert made.extend(more).due_date(CALENDAR) == larger.due_date(CALENDAR)
    assert due_of(made.extend(more)) >= due_of(made)


@given(start=moments, wait=st.timedeltas(timedelta(), timedelta(days=9)), n=amounts, unit=units)
def test_a_later_event_is_never_due_earlier(start: datetime, wait: timedelta, n: int, unit: Unit):
    assert due(start, n, unit, CALENDAR) <= due(start + wait, n, unit, CALENDAR)


@given(start=moments, n=amounts, unit=units)
def test_a_longer_limit_is_never_due_earlier(start: datetime, n: int, unit: Unit):
    assert due(start, n, unit, CALENDAR) <= due(start, n + 1, unit, CALENDAR)


@given(made=ledgers(), of_budget=st.fractions(Fraction(1, 50), 3, max_denominator=50))
def test_a_share_is_reached_at_its_moment_and_not_before(made: Ledger, of_budget: Fraction):
    moment = moment_of_share(made, of_budget, CALENDAR)
    assert moment is not None
    assert runs_at(made, moment)
    assert share(made, moment, CALENDAR) >= of_budget
    if of_budget != 1 or made.unit != "calendar_days":
        assert share(made, moment - INSTANT, CALENDAR) < of_budget


@given(made=ledgers(), offset=st.integers(-30, 30))
def test_rungs_beside_the_due_date_keep_its_order(made: Ledger, offset: int):
    moment = moment_beside_due(made, offset, CALENDAR)
    ahead = moment_beside_due(made, offset + 1, CALENDAR)
    assert moment is not None
    assert ahead is not None
    assert made.started <= moment <= ahead
    assert (moment <= due_of(made)) if offset <= 0 else (moment > due_of(made))


@given(first=st.dates(date(1990, 1, 1), date(2100, 12, 31)), n=st.integers(1, 300))
def test_the_nth_working_day_after_a_date_has_n_working_days_up_to_it(first: date, n: int):
    assume(first.year < 2099)
    start = datetime.combine(first, time(10), SHANGHAI)
    last = due(start, n, "working_days", CALENDAR).date()
    assert CALENDAR.is_working(last)
    assert CALENDAR.working_days_between(first, last) == n
