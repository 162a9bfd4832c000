"""Why a limit ends when it does, in lines that can stand in a trace or a letter."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import groupby, pairwise

from shared.worktime.days import Day
from shared.worktime.ledger import Ledger
from shared.worktime.measures import measure_of
from shared.worktime.workdays import Calendar


def explain(ledger: Ledger, calendar: Calendar) -> tuple[str, ...]:
    """What was granted, what did not count and why, and the end; one fact a line."""
    return (
        f"{_units(ledger, ledger.amount)} from {_at(calendar, ledger.started)}{_day_rule(ledger)}",
        *_extensions(ledger),
        *_stops(ledger, calendar),
        *_special_days(ledger, calendar),
        _end(ledger, calendar),
    )


def _day_rule(ledger: Ledger) -> str:
    by_day = ledger.unit != "working_hours"
    return "; the day of the event does not count" if by_day else ""


def _extensions(ledger: Ledger) -> Iterator[str]:
    for extension in ledger.extensions:
        source = f": {extension.source}" if extension.source else ""
        yield f"extended by {_units(ledger, extension.amount)}{source}"


def _stops(ledger: Ledger, calendar: Calendar) -> Iterator[str]:
    measure = measure_of(ledger.unit)
    begun = measure.begun(calendar, ledger.started)
    for before, after in pairwise(ledger.stretches):
        assert before.end is not None
        first = max(begun, measure.passed(calendar, before.end))
        ticks = max(0, measure.passed(calendar, after.begin) - first)
        span = f"stopped {_at(calendar, before.end)} to {_at(calendar, after.begin)}"
        yield f"{span}: {_units(ledger, ticks / measure.ticks)} not counted"


def _special_days(ledger: Ledger, calendar: Calendar) -> Iterator[str]:
    due = ledger.due_date(calendar)
    if due is None:
        return
    days = list(_decided_days(calendar, calendar.local(ledger.started).date(), due.date()))
    for (_, working, source), run in groupby(enumerate(days), key=_run_of):
        same = [day.date for _, day in run]
        span = f"{same[0]}" if len(same) == 1 else f"{same[0]} to {same[-1]}"
        yield f"{span} {'worked' if working else 'off'}: {source}"


def _decided_days(calendar: Calendar, first: date, last: date) -> Iterator[Day]:
    """Days after `first` up to `last` that differ from the ordinary week, or are holidays."""
    for ahead in range(1, (last - first).days + 1):
        day = calendar.day(first + timedelta(days=ahead))
        if day.kind == "holiday" or (day.working and day.date.weekday() >= 5):
            yield day


def _run_of(numbered: tuple[int, Day]) -> tuple[int, bool, str]:
    index, day = numbered
    return day.date.toordinal() - index, day.working, day.source


def _end(ledger: Ledger, calendar: Calendar) -> str:
    due = ledger.due_date(calendar)
    if due is None:
        stopped = ledger.stretches[-1].end
        assert stopped is not None
        return f"stopped since {_at(calendar, stopped)}: no due date until it resumes"
    if not ledger.provisional(calendar):
        return f"due {_at(calendar, due)}"
    years = range(calendar.local(ledger.started).year, due.year + 1)
    unknown = ", ".join(str(year) for year in years if year not in calendar.published)
    return f"due {_at(calendar, due)}, provisional: the holidays of {unknown} are not published"


def _units(ledger: Ledger, amount: float) -> str:
    unit = ledger.unit.replace("_", " ")
    return f"{amount:g} {unit.removesuffix('s') if amount == 1 else unit}"


def _at(calendar: Calendar, moment: datetime) -> str:
    return f"{calendar.local(moment):%Y-%m-%d %H:%M}"
