"""A limit whose end is given as a date, not derived from a budget: nothing stops or moves it."""

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Self

from shared.worktime import Calendar


@dataclass(frozen=True, kw_only=True)
class Given:
    """The limit begins at `started` and ends at `due`: a promised date, a deadline from outside."""

    started: datetime
    due: datetime

    @classmethod
    def on(cls, day: date, *, started: datetime, calendar: Calendar) -> Self:
        """A limit to a date: it ends with business of that day, or of the first working day after
        days off (Civil Code art. 203)."""
        last = calendar.working_day(calendar.working_days_before(day) + 1)
        return cls(started=started, due=calendar.close_of(last))

    def recounted(self, calendar: Calendar) -> Self:
        """The same date by a calendar that has changed: it may be a day off now, or a half day."""
        return self.on(calendar.local(self.due).date(), started=self.started, calendar=calendar)

    def due_date(self, calendar: Calendar) -> datetime:
        return self.due

    def provisional(self, calendar: Calendar) -> bool:
        return False

    def moment(self, meant: Fraction | int, calendar: Calendar) -> datetime:
        """A share of the time between beginning and end, or working days after it, at its hour."""
        if isinstance(meant, Fraction):
            return self.started + (self.due - self.started) * float(meant)
        local = calendar.local(self.due)
        if meant < 0:
            number = calendar.working_days_before(local) + 1 + meant
        else:
            number = calendar.working_days_through(local) + meant
        return datetime.combine(calendar.working_day(number), local.time(), calendar.zone)
