"""What a limit is counted in. Three units, one shape.

A unit passes in ticks, numbered along the calendar:

    working_days    a tick at the end of business of each working day
    calendar_days   a tick at the end of business of each day, working or not
    working_hours   a tick each microsecond of the hours of business

so that everything else is subtraction: consumed time is the ticks that have passed, and a limit
ends at a tick. A day counts when the clock runs at its end of business, and counts whole.
"""

from datetime import date, datetime, time, timedelta
from typing import Literal, Protocol

from shared.errors import Fault, Invalid
from shared.worktime.hours import BusinessHours, microseconds_of
from shared.worktime.workdays import Calendar

Unit = Literal["working_days", "working_hours", "calendar_days"]


class Measure(Protocol):
    """How one unit passes."""

    ticks: int
    """Ticks in one of the unit."""

    def passed(self, calendar: Calendar, moment: datetime) -> int:
        """Ticks up to and with `moment`."""

    def begun(self, calendar: Calendar, moment: datetime) -> int:
        """Ticks that are gone for a limit that an event at `moment` begins."""

    def at(self, calendar: Calendar, tick: int) -> datetime:
        """The instant of a tick."""

    def end(self, calendar: Calendar, moment: datetime) -> datetime:
        """The first instant from `moment` on at which a limit may end."""


class WorkingDays:
    """Administrative Licensing Law art. 82."""

    ticks = 1

    def passed(self, calendar: Calendar, moment: datetime) -> int:
        local = calendar.local(moment)
        if local.time() >= calendar.hours_on(local).end:
            return calendar.working_days_through(local)
        return calendar.working_days_before(local)

    def begun(self, calendar: Calendar, moment: datetime) -> int:
        return calendar.working_days_through(calendar.local(moment))

    def at(self, calendar: Calendar, tick: int) -> datetime:
        return calendar.close_of(calendar.working_day(tick))

    def end(self, calendar: Calendar, moment: datetime) -> datetime:
        return moment


class CalendarDays:
    """Civil Code art. 201 and 203: every day counts, but the last must be a working day."""

    ticks = 1

    def passed(self, calendar: Calendar, moment: datetime) -> int:
        local = calendar.local(moment)
        return local.toordinal() - (local.time() < calendar.hours_on(local).end)

    def begun(self, calendar: Calendar, moment: datetime) -> int:
        return calendar.local(moment).toordinal()

    def at(self, calendar: Calendar, tick: int) -> datetime:
        return calendar.close_of(date.fromordinal(tick))

    def end(self, calendar: Calendar, moment: datetime) -> datetime:
        working = WORKING_DAYS.passed(calendar, moment)
        same = working and WORKING_DAYS.at(calendar, working) == moment
        return moment if same else WORKING_DAYS.at(calendar, working + 1)


class WorkingHours:
    """Civil Code art. 201: hours run from their moment; only hours of business count."""

    ticks = 3_600_000_000

    def passed(self, calendar: Calendar, moment: datetime) -> int:
        local = calendar.local(moment)
        before = calendar.business_before(local)
        return before + _within_day(calendar, local) if calendar.is_working(local) else before

    def begun(self, calendar: Calendar, moment: datetime) -> int:
        return self.passed(calendar, moment)

    def at(self, calendar: Calendar, tick: int) -> datetime:
        day, left = calendar.business_at(tick)
        midnight = datetime.combine(day, time(), calendar.zone)
        return midnight + timedelta(microseconds=_since_midnight(calendar.hours_on(day), left))

    def end(self, calendar: Calendar, moment: datetime) -> datetime:
        return moment


WORKING_DAYS = WorkingDays()
MEASURES: dict[str, Measure] = {
    "working_days": WORKING_DAYS,
    "calendar_days": CalendarDays(),
    "working_hours": WorkingHours(),
}


def measure_of(unit: Unit) -> Measure:
    """The measure of a unit. Raises Invalid naming `unit`."""
    try:
        return MEASURES[unit]
    except KeyError:
        names = ", ".join(MEASURES)
        raise Invalid(Fault("unit", f"{unit!r} is unknown; it is one of {names}")) from None


def _within_day(calendar: Calendar, local: datetime) -> int:
    """Microseconds of business that have passed on this day."""
    now, spans = microseconds_of(local.time()), calendar.hours_on(local).microseconds
    return sum(min(now, end) - begin for begin, end in spans if now > begin)


def _since_midnight(hours: BusinessHours, left: int) -> int:
    """Microseconds from midnight until `left` microseconds of business have passed."""
    for begin, end in hours.microseconds:
        if left <= end - begin:
            return begin + left
        left -= end - begin
    raise AssertionError("more than a day of business")
