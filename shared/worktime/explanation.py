"""Why a limit ends when it does, and what of it is used: the parts that add up to both.

The units of all `Ran` are the budget, and they end with the limit; what of them is `used`, and what
is `late`, is the consumed time at the moment of asking.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import groupby

from shared.worktime.days import Day
from shared.worktime.hours import BusinessHours
from shared.worktime.ledger import Ledger
from shared.worktime.measures import measure_of
from shared.worktime.workdays import Calendar


@dataclass(frozen=True, kw_only=True)
class Ran:
    """The clock ran from `begin` to `end`, or will: units of the budget that it uses by then, and
    those that are used already."""

    begin: datetime
    end: datetime
    units: Fraction
    used: Fraction


@dataclass(frozen=True, kw_only=True)
class Stopped:
    """The clock stood from `begin` to `end` (still does, where that is None): units not counted."""

    begin: datetime
    end: datetime | None
    units: Fraction


@dataclass(frozen=True, kw_only=True)
class Apart:
    """Days in a row that are not as ordinary ones: off, worked on a weekend, or of other hours."""

    first: date
    last: date
    working: bool
    source: str
    hours: BusinessHours | None = None


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """A limit taken apart. `spent` is when its last unit ends: before `due` where calendar days end
    on a day off. `unpublished` are the years to which it reaches that no notice has decided."""

    parts: tuple[Ran | Stopped, ...]
    days: tuple[Apart, ...]
    spent: datetime | None
    due: datetime | None
    consumed: Fraction
    late: Fraction
    unpublished: tuple[int, ...]


def explain(ledger: Ledger, calendar: Calendar, now: datetime) -> Explanation:
    """The parts of a limit as they stand at `now`, oldest first."""
    measure, due = measure_of(ledger.unit), ledger.due_date(calendar)
    spent = ledger.reached(calendar, ledger.budget * measure.ticks)
    consumed = ledger.consumed(now, calendar)
    return Explanation(
        parts=tuple(_parts(ledger, calendar, spent=spent, due=due, now=now)),
        days=tuple(_days_apart(ledger, calendar, due or max(now, ledger.started))),
        spent=spent,
        due=due,
        consumed=consumed,
        late=max(Fraction(0), consumed - ledger.budget),
        unpublished=_unpublished(ledger, calendar, due),
    )


def _parts(
    ledger: Ledger,
    calendar: Calendar,
    *,
    spent: datetime | None,
    due: datetime | None,
    now: datetime,
) -> Iterator[Ran | Stopped]:
    measure = measure_of(ledger.unit)
    begun = measure.begun(calendar, ledger.started)

    def units(begin: datetime, *ends: datetime | None) -> Fraction:
        """Units between, from the beginning of the limit on, to the earliest of the ends."""
        first = max(begun, measure.passed(calendar, begin))
        last = measure.passed(calendar, min(end for end in ends if end))
        return Fraction(max(0, last - first), measure.ticks)

    before: datetime | None = None
    for stretch in ledger.stretches:
        if due and stretch.begin > due:
            return
        if before:
            yield Stopped(begin=before, end=stretch.begin, units=units(before, stretch.begin))
        end = min(it for it in (stretch.end, due) if it)
        granted = units(stretch.begin, end, spent)
        used = units(stretch.begin, end, spent, max(now, stretch.begin))
        yield Ran(begin=stretch.begin, end=end, units=granted, used=used)
        before = stretch.end
    if before and due is None:
        yield Stopped(begin=before, end=None, units=units(before, max(now, before)))


def _days_apart(ledger: Ledger, calendar: Calendar, last: datetime) -> Iterator[Apart]:
    first = calendar.local(ledger.started).date()
    days = list(_decided_days(calendar, first, calendar.local(last).date()))
    for (_, working, source, hours), run in groupby(enumerate(days), key=_run_of):
        same = [day.date for _, day in run]
        yield Apart(first=same[0], last=same[-1], working=working, source=source, hours=hours)


def _decided_days(calendar: Calendar, first: date, last: date) -> Iterator[Day]:
    """Days after `first` up to `last` that differ from the ordinary week, or are holidays."""
    for ahead in range(1, (last - first).days + 1):
        day = calendar.day(first + timedelta(days=ahead))
        weekend_worked = day.working and day.date.weekday() >= 5
        if day.kind == "holiday" or weekend_worked or (day.working and day.part):
            yield day


def _run_of(numbered: tuple[int, Day]) -> tuple[int, bool, str, BusinessHours | None]:
    index, day = numbered
    return day.date.toordinal() - index, day.working, day.source, day.hours if day.part else None


def _unpublished(ledger: Ledger, calendar: Calendar, due: datetime | None) -> tuple[int, ...]:
    if due is None:
        return ()
    years = range(calendar.local(ledger.started).year, due.year + 1)
    return tuple(year for year in years if year not in calendar.published)
