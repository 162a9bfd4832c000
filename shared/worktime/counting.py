"""Counting without stops: when a limit ends, and how much of it has passed."""

from datetime import datetime
from fractions import Fraction

from shared.errors import Fault, Invalid
from shared.worktime.measures import Unit, measure_of
from shared.worktime.workdays import Calendar


def due(start: datetime, amount: int, unit: Unit, calendar: Calendar) -> datetime:
    """The instant at which a limit of `amount` units ends that an event at `start` begins.

    Days: the day of the event does not count, and the last day ends at the end of business
    (Civil Code art. 201, 203). Hours: from the moment, through hours of business. Calendar days
    whose last is a day off end on the next working day. Raises Invalid for an amount below 1.
    """
    measure = measure_of(unit)
    last = measure.begun(calendar, start) + checked_amount(amount) * measure.ticks
    return measure.end(calendar, measure.at(calendar, last))


def consumed(start: datetime, until: datetime, unit: Unit, calendar: Calendar) -> Fraction:
    """Units that have passed from `start` to `until`, exactly. A day counts whole, at the end of
    its business; hours count by the microsecond. Never below 0."""
    measure = measure_of(unit)
    ticks = measure.passed(calendar, until) - measure.begun(calendar, start)
    return Fraction(max(0, ticks), measure.ticks)


def remaining(
    start: datetime, amount: int, until: datetime, unit: Unit, calendar: Calendar
) -> Fraction:
    """Units of the limit that are left at `until`; negative when it is overspent."""
    return checked_amount(amount) - consumed(start, until, unit, calendar)


def checked_amount(amount: int) -> int:
    if amount < 1:
        raise Invalid(Fault("amount", f"{amount} is no limit; give at least 1"))
    return amount
