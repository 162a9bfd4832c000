"""The line to a department's system: whether it answers, and when it is tried again. Pure.

    closed ──3 failures──► open ──time passes──► half-open ──one success──► closed
                            ▲                        │
                            └───────one failure──────┘

While it is open nothing is sent; half-open, a single request is. The pauses grow from a second to
ten minutes. All of it is in the database, so that processes share it and it survives them.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

OPENS_AFTER = 3
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 600.0
"""Seconds."""
LONGEST_ERROR = 500

State = Literal["closed", "open", "half-open"]


@dataclass(frozen=True, kw_only=True)
class Line:
    """`failures` in a row; nothing is tried before `next_at`. `error` is the last one's."""

    department: str
    failures: int = 0
    next_at: datetime | None = None
    error: str = ""
    failed_at: datetime | None = None
    answered_at: datetime | None = None

    def state(self, now: datetime) -> State:
        """Whether requests go through."""
        if self.failures < OPENS_AFTER:
            return "closed"
        return "open" if self.pause(now) else "half-open"

    def pause(self, now: datetime) -> float:
        """Seconds until something may be tried; 0 when it may."""
        return max(0.0, (self.next_at - now).total_seconds()) if self.next_at else 0.0

    def answered(self, now: datetime) -> "Line":
        """The line after an answer of the other side, whatever it said about the task."""
        return replace(self, failures=0, next_at=None, error="", answered_at=now)

    def failed(self, now: datetime, error: str, *, retry_after: float = 0.0) -> "Line":
        """The line after a failure; the other side may ask for a longer pause."""
        failures = self.failures + 1
        pause = max(grown(failures), min(retry_after, LONGEST_PAUSE))
        return replace(
            self,
            failures=failures,
            next_at=now + timedelta(seconds=pause),
            error=error[:LONGEST_ERROR],
            failed_at=now,
        )

    def anew(self) -> "Line":
        """The line to a place that was declared just now: what failed was another."""
        return replace(self, failures=0, next_at=None, error="")

    def probing(self, now: datetime, seconds: float) -> "Line":
        """The line while one process tries it: for the others it is open meanwhile."""
        return replace(self, next_at=now + timedelta(seconds=seconds))


def grown(times: int, *, first: float = FIRST_PAUSE, longest: float = LONGEST_PAUSE) -> float:
    """The pause after so many failures in a row, in seconds: twice as long each time."""
    doubled: float = first * 2 ** min(times - 1, 30)
    return min(longest, doubled)
