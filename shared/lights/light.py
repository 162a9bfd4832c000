"""The light of a limit at a moment, and why. Pure.

Everything that a light depends on is worked out once, when a clock changes; what it is at a moment
is two comparisons. It follows from the limit, when it ran, and the ladder alone, not from what was
alerted: so whoever knows these sees the same light.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from functools import lru_cache
from typing import Literal

from shared.lights.when import Ladder, moment
from shared.worktime import Calendar, Ledger
from shared.worktime.alike import alike

Light = Literal["red", "yellow", "green", "none"]
LIGHTS: tuple[Light, ...] = ("red", "yellow", "green", "none")
"""The gravest first."""
WARNINGS = ("reminder", "yellow")
"""The rungs of a ladder that turn a light yellow when they are reached."""
TODAY = "today"
"""Why a light is yellow of which no warning came before its last day."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Timing:
    """When a light changes. `due_at` is None while time stands still; `day_begins` is the midnight
    at which the day of the limit begins in its region; `warned_at` when it turns yellow, and
    `warning` why: the policy's words, or TODAY.
    """

    due_at: datetime | None = None
    day_begins: datetime | None = None
    warned_at: datetime | None = None
    warning: str = ""

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


def timing(ledger: Ledger, ladder: Ladder, calendar: Calendar) -> Timing:
    """The timing of a limit. A warning that would fall on its beginning is left out."""
    due, warnings = _worked_out(alike(ledger, calendar), ladder, calendar)
    if due is None:
        return STILL
    first = next((it for it in warnings if it[0] > ledger.started), None)
    return _timing(due, first, calendar)


def gravest(timings: Iterable[Timing]) -> Timing:
    """The timing of something that has several clocks: whatever comes first counts."""
    some = [it for it in timings if it.due_at]
    if len(some) < 2:
        return some[0] if some else STILL
    warned_at, warning = min((it.warned_at, it.warning) for it in some if it.warned_at)
    return Timing(
        due_at=min(it.due_at for it in some if it.due_at),
        day_begins=min(it.day_begins for it in some if it.day_begins),
        warned_at=warned_at,
        warning=warning,
    )


Warned = tuple[datetime, str]
"""When a warning is due, and the words that say so."""


@lru_cache(maxsize=4_096)
def _worked_out(
    ledger: Ledger, ladder: Ladder, calendar: Calendar
) -> tuple[datetime | None, tuple[Warned, ...]]:
    """When the limit ends, and when its warnings are due, the first one first."""
    words = (when for name, when in ladder if name in WARNINGS)
    moments = ((moment(when, ledger, calendar), when) for when in words)
    return ledger.due_date(calendar), tuple(sorted((at, when) for at, when in moments if at))


@lru_cache(maxsize=4_096)
def _timing(due: datetime, first: Warned | None, calendar: Calendar) -> Timing:
    """Limits that begin on a day end together: one value for all of them."""
    day_begins = datetime.combine(calendar.local(due), time.min, calendar.zone)
    warned_at, warning = first if first and first[0] < day_begins else (day_begins, TODAY)
    return Timing(due_at=due, day_begins=day_begins, warned_at=warned_at, warning=warning)
