"""Limits that begin on one day end together; what is counted of one is counted of all of them."""

from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from shared.worktime.ledger import Ledger
from shared.worktime.measures import Unit
from shared.worktime.workdays import Calendar


def alike(ledger: Ledger, calendar: Calendar) -> Ledger:
    """A limit that passes and ends when this one does, one value for all that begin on a day.

    Of the moment at which a limit in days begins only the day counts, and whether its business was
    over by then (see measures). One that was stopped or extended stays as it is.
    """
    if ledger.unit == "working_hours" or ledger.extensions or ledger.stretches[0].end:
        return ledger
    day = calendar.local(ledger.started)
    over = day >= calendar.close_of(day.date())
    return _of_day(day.date(), over, ledger.amount, ledger.unit, calendar.zone)


@lru_cache(maxsize=4_096)
def _of_day(day: date, over: bool, amount: int, unit: Unit, zone: ZoneInfo) -> Ledger:
    begin = datetime.combine(day, time.max if over else time.min, zone)
    return Ledger.starting(begin, amount, unit)
