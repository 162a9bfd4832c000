"""From when on an application counts as accepted although nobody said so."""

from datetime import datetime

from shared.worktime.counting import due
from shared.worktime.workdays import Calendar

CORRECTION_DAYS = 5
"""Administrative Licensing Law art. 32(1)(4): what is missing is told at once, in five days."""


def deemed_acceptance(
    received: datetime,
    told: datetime | None,
    now: datetime,
    calendar: Calendar,
    days: int = CORRECTION_DAYS,
) -> datetime | None:
    """The moment from which the clocks of a case run whose office kept silent: that of its receipt.

    None while the working days of the correction notice still run, or where it was `told` in them.
    """
    last = due(received, days, "working_days", calendar)
    in_time = told is not None and told <= last
    return None if in_time or now <= last else received
