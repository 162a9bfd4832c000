"""When a rung of the alert ladder is reached: by share of the budget, or beside the due date."""

import math
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from shared.worktime.ledger import Ledger
from shared.worktime.measures import measure_of
from shared.worktime.workdays import Calendar

Share = Fraction | Decimal | float


def share(ledger: Ledger, now: datetime, calendar: Calendar) -> Fraction:
    """Consumed time as a share of the budget: 1 when it is due, more when it is overdue."""
    return ledger.consumed(now, calendar) / ledger.budget


def moment_of_share(ledger: Ledger, of_budget: Share, calendar: Calendar) -> datetime | None:
    """The first instant at which `of_budget` of the budget is consumed.

    0 is the beginning, 1 the due date, 1.5 half of the budget overdue. A float means the decimal
    that it is written as, so 0.8 of 5 days is 4 days. None while the clock is stopped before it.
    """
    exact = Fraction(str(of_budget))
    if exact <= 0:
        return ledger.started
    budget = ledger.budget * measure_of(ledger.unit).ticks
    if exact < 1:
        return ledger.reached(calendar, math.ceil(exact * budget))
    due = ledger.due_date(calendar)
    if due is None or exact == 1:
        return due
    late = math.ceil((exact - 1) * budget)
    return ledger.reached(calendar, ledger.ran(calendar, due) + late)


def moment_beside_due(ledger: Ledger, working_days: int, calendar: Calendar) -> datetime | None:
    """The instant `working_days` after the due date (before it, when negative), at its hour, or at
    the end of business where that is earlier on that day.

    Not before the clock began; out of a stop it moves to the instant at which the clock resumed.
    None while the clock is stopped and it would lie in that stop or has no due date.
    """
    due = ledger.due_date(calendar)
    if due is None:
        return None
    number = calendar.working_days_through(due) + working_days
    day = calendar.working_day(number)
    hour = min(due.time(), calendar.hours_on(day).end)
    return _running_from(ledger, datetime.combine(day, hour, calendar.zone))


def hours_beside_due(ledger: Ledger, hours: int, calendar: Calendar) -> datetime | None:
    """The instant `hours` of business after the due date (before it, when negative).

    Out of a stop, and while the clock is stopped, as `moment_beside_due`.
    """
    due = ledger.due_date(calendar)
    if due is None:
        return None
    return _running_from(ledger, max(hours_beside(due, hours, calendar), ledger.started))


def hours_beside(moment: datetime, hours: int, calendar: Calendar) -> datetime:
    """The instant `hours` of business after `moment` (before it, when negative)."""
    measure = measure_of("working_hours")
    return measure.at(calendar, measure.passed(calendar, moment) + hours * measure.ticks)


def _running_from(ledger: Ledger, moment: datetime) -> datetime | None:
    """The first instant from `moment` on at which the clock runs."""
    for stretch in ledger.stretches:
        if stretch.end is None or moment <= stretch.end:
            return max(moment, stretch.begin)
    return None
