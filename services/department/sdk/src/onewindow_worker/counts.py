"""What a worker has done since it started, for whoever watches it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from onewindow_worker.results import Completed, Result
from onewindow_worker.standing import NOT_CLOSED
from onewindow_worker.wire import READABLE, Delivery

BOUNDS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 60.0, 300.0)
"""Seconds; the upper bounds of the histogram of handlers' times."""

_OUTCOMES = {
    "task.accepted": "later",
    "task.returned": "returned",
    "task.declined": "declined",
    "task.suspended": "suspended",
}
_DECISIONS = ("approved", "approved_with_conditions", "rejected")


class Counts:
    """Only the worker's loop writes here; any thread may read."""

    def __init__(self) -> None:
        self.received = dict.fromkeys((*READABLE, "other"), 0)
        self.redelivered = 0
        self.handled = dict.fromkeys((*_DECISIONS, *_OUTCOMES.values(), "cancelled"), 0)
        self.failed = 0
        self.parked = 0
        self.noted = 0
        self.sent = 0
        self.connections = 0
        self.connected = False
        self.backlog = 0
        self.standings = dict.fromkeys(NOT_CLOSED, 0)
        self.seconds = [0] * (len(BOUNDS) + 1)
        self.seconds_sum = 0.0

    @property
    def reconnects(self) -> int:
        """Connections after the first one."""
        return max(0, self.connections - 1)

    def take(self, deliveries: Iterable[Delivery]) -> None:
        """Messages have come."""
        for each in deliveries:
            kind = each.type if each.type in self.received else "other"
            self.received[kind] += 1
            self.redelivered += each.redelivered

    def ran(self, seconds: float) -> None:
        """A handler was called and took so long."""
        self.seconds[bisect_left(BOUNDS, seconds)] += 1
        self.seconds_sum += seconds

    def answer(self, result: Result | None) -> None:
        """A handler's outcome is in the journal; None for a `cancelled` handler."""
        if isinstance(result, Completed):
            self.handled[result.outcome] += 1
        else:
            self.handled["cancelled" if result is None else _OUTCOMES[result.type]] += 1
