"""Sending what the journal holds unsent, in its order, and noting what the broker has taken."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Sequence

from onewindow_worker.backoff import delay
from onewindow_worker.journal import Journal
from onewindow_worker.wire import Outgoing

log = logging.getLogger("onewindow_worker")

WINDOW = 1_000
"""How many results may be on their way to the broker without its confirmation."""


class Outbox:
    """Which results are on their way. The journal is the truth, this a reader's place in it."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._position = 0
        self._on_the_way: set[str] = set()
        self._confirmed: list[str] = []
        self._refusals = 0
        self._again_at: float | None = None

    @property
    def waiting(self) -> bool:
        """Whether the broker still owes a confirmation."""
        return bool(self._on_the_way)

    def restart(self) -> None:
        """A new connection: whatever is not confirmed is sent again."""
        self._on_the_way.clear()
        self._position = 0

    def confirmed(self, message_ids: Iterable[str]) -> None:
        """The broker has taken these; `note` writes it down."""
        self._confirmed.extend(message_ids)
        self._on_the_way.difference_update(message_ids)
        self._refusals = 0

    def turned_back(self, message_ids: Sequence[str]) -> None:
        """No queue takes these results, or the broker said no: they are tried again later."""
        self._on_the_way.difference_update(message_ids)
        if self._again_at is not None:
            return
        self._refusals += 1
        seconds = delay(self._refusals, first=1, most=30)
        self._again_at = time.monotonic() + seconds
        log.warning(
            "The broker took no result: no queue is there for it; kept, sent again in %.1f s",
            seconds,
            extra={"message_ids": list(message_ids[:20])},
        )

    def note(self) -> None:
        """Write down what was confirmed, inside a transaction of the caller."""
        self._journal.sent(self._confirmed)
        self._confirmed.clear()

    @property
    def to_note(self) -> bool:
        """Whether something was confirmed that is not written down."""
        return bool(self._confirmed)

    def next(self) -> list[Outgoing]:
        """The results to send now."""
        if self._again_at is not None and time.monotonic() >= self._again_at:
            self._again_at = None
            self._position = 0
        room = WINDOW - len(self._on_the_way)
        if room <= 0:
            return []
        entries = self._journal.unsent(after=self._position, limit=room)
        if not entries:
            return []
        self._position = entries[-1].position
        skip = self._on_the_way.union(self._confirmed)
        sending = [e.outgoing for e in entries if e.outgoing.message_id not in skip]
        self._on_the_way.update(each.message_id for each in sending)
        return sending

    def repeat(self, assignment: str) -> Outgoing | None:
        """The last result of an assignment, to be sent once more under the same id."""
        entry = self._journal.last_result(assignment)
        if entry is None or entry.outgoing.message_id in self._on_the_way:
            return None
        self._on_the_way.add(entry.outgoing.message_id)
        return entry.outgoing
