"""The light of whatever has a limit: green, yellow or red; none while its time stands still. Pure.

    red      the limit has passed; what is done at the very moment of it is in time
    yellow   it ends today, or a reminder or yellow card was due for it
    green    neither
    none     the time stands still, or no limit is set

Everything that a light depends on is worked out once, when a clock changes; what it is at a moment
is two comparisons.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from functools import lru_cache
from typing import Literal

from shared.worktime import Calendar

Light = Literal["red", "yellow", "green", "none"]
LIGHTS: tuple[Light, ...] = ("red", "yellow", "green", "none")
"""The gravest first."""
WARNING = ("reminder", "yellow")
"""The rungs of a ladder that turn a light yellow when they are reached."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Timing:
    """When a light changes. `due_at` is None while time stands still; `day_begins` is the midnight
    at which the day of the limit begins in its region; `warned_at` when the first warning is due.
    """

    due_at: datetime | None = None
    day_begins: datetime | None = None
    warned_at: datetime | None = None

    def light(self, now: datetime) -> Light:
        """The light at a moment."""
        if self.due_at is None:
            return "none"
        if self.due_at < now:
            return "red"
        return "yellow" if self.warned_at and self.warned_at <= now else "green"

    def due_today(self, now: datetime) -> bool:
        """Whether the limit ends on the day of `now`, and has not passed."""
        if self.due_at is None or self.day_begins is None:
            return False
        return self.day_begins <= now <= self.due_at


STILL = Timing()
"""No limit, or one that stands still."""


def timing(due_at: datetime | None, warnings: Iterable[datetime], calendar: Calendar) -> Timing:
    """The timing of one clock; `warnings` are the moments of its warning rungs, past or to come."""
    if due_at is None:
        return STILL
    day_begins = _day_begins(due_at, calendar)
    warned_at = min((day_begins, *warnings))
    return Timing(due_at=due_at, day_begins=day_begins, warned_at=warned_at)


def gravest(timings: Iterable[Timing]) -> Timing:
    """The timing of something that has several clocks: whatever comes first counts."""
    some = [it for it in timings if it.due_at]
    if len(some) < 2:
        return some[0] if some else STILL
    return Timing(
        due_at=min(it.due_at for it in some if it.due_at),
        day_begins=min(it.day_begins for it in some if it.day_begins),
        warned_at=min(it.warned_at for it in some if it.warned_at),
    )


@lru_cache(maxsize=4_096)
def _day_begins(due_at: datetime, calendar: Calendar) -> datetime:
    return datetime.combine(calendar.local(due_at), time.min, calendar.zone)
