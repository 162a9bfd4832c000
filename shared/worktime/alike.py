"""Limits that begin on one day end together; what is counted of one is counted of all of them."""

from datetime import datetime, time

from shared.worktime.ledger import Ledger
from shared.worktime.workdays import Calendar


def alike(ledger: Ledger, calendar: Calendar) -> Ledger:
    """A limit that ends when this one does, the same for all that begin on a day.

    Of the moment at which a limit in days begins only the day counts, and whether its business was
    over by then (see measures). One that was stopped or extended stays as it is.
    """
    if ledger.unit == "working_hours" or ledger.extensions or ledger.stretches[0].end:
        return ledger
    day = calendar.local(ledger.started)
    over = day >= calendar.close_of(day.date())
    begin = datetime.combine(day, time.max if over else time.min, calendar.zone)
    return Ledger.starting(begin, ledger.amount, ledger.unit)
