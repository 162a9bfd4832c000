"""Sending what the journal holds unsent, in its order, and noting what the broker has taken."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterable, Sequence

from onewindow_worker.backoff import delay
from onewindow_worker.journal import Entry, Journal
from onewindow_worker.wire import Outgoing

log = logging.getLogger("onewindow_worker")

WINDOW = 1_000
"""How many results may be on their way to the broker without its confirmation."""

LOOK_EVERY = 0.25
"""Seconds after which the journal is looked at for results that another process reported, and
within which a confirmation is written down."""


class Outbox:
    """Which results are on their way. The journal is the truth, this a reader's place in it."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._position = 0
        self._on_the_way: dict[str, int] = {}
        self._confirmed: list[int] = []
        self._note_at = 0.0
        self._look_at = 0.0
        self._refusals = 0
        self._again_at: float | None = None

    @property
    def waiting(self) -> int:
        """How many results the broker has not confirmed yet."""
        return len(self._on_the_way)

    def restart(self) -> None:
        """A new connection: whatever is not confirmed is sent again."""
        self._on_the_way.clear()
        self._position = 0
        self.look()

    def look(self) -> None:
        """Somebody may have reported a result: `next` reads the journal."""
        self._look_at = 0.0

    def confirmed(self, message_ids: Iterable[str]) -> None:
        """The broker has taken these; `note` writes it down."""
        if not self._confirmed:
            self._note_at = time.monotonic() + LOOK_EVERY
        positions = (self._on_the_way.pop(each, None) for each in message_ids)
        self._confirmed.extend(each for each in positions if each is not None)
        self._refusals = 0

    def turned_back(self, message_ids: Sequence[str]) -> None:
        """No queue takes these results, or the broker said no: they are tried again later."""
        for each in message_ids:
            self._on_the_way.pop(each, None)
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
        if self._confirmed:
            self._journal.sent(self._confirmed)
            self._confirmed.clear()

    @property
    def to_note(self) -> bool:
        """Whether a confirmation has waited long enough to be written down for its own sake.

        The next task's transaction mostly takes it along; until then a crash sends the result
        again, which counts once.
        """
        return bool(self._confirmed) and time.monotonic() >= self._note_at

    def next(self, recorded: Sequence[Entry] = ()) -> list[Outgoing]:
        """The results to send now; `recorded` are those that the caller has just written."""
        now = time.monotonic()
        if self._again_at is not None and now >= self._again_at:
            self._again_at = None
            self._position = 0
            self.look()
        room = WINDOW - len(self._on_the_way)
        if now < self._look_at and self._next_in_line(recorded, room):
            return self._sending(recorded)  # nothing of it can be on its way
        if not recorded and now < self._look_at:
            return []
        self._look_at = now + LOOK_EVERY if room > 0 else 0.0
        entries = self._journal.unsent(after=self._position, limit=room) if room > 0 else []
        if len(entries) == room:
            self.look()
        skip = {*self._on_the_way.values(), *self._confirmed}
        return self._sending(entries, skip)

    def _next_in_line(self, recorded: Sequence[Entry], room: int) -> bool:
        """Whether nothing that another process reported comes before these."""
        if not recorded or len(recorded) > room:
            return False
        last = self._position + len(recorded)
        return (recorded[0].position, recorded[-1].position) == (self._position + 1, last)

    def _sending(self, entries: Sequence[Entry], skip: Collection[int] = ()) -> list[Outgoing]:
        if not entries:
            return []
        self._position = entries[-1].position
        sending = [each for each in entries if each.position not in skip]
        self._on_the_way.update((each.outgoing.message_id, each.position) for each in sending)
        return [each.outgoing for each in sending]

    def repeat(self, assignment: str) -> Outgoing | None:
        """The last result of an assignment, to be sent once more under the same id."""
        entry = self._journal.last_result(assignment)
        if entry is None or entry.outgoing.message_id in self._on_the_way:
            return None
        self._on_the_way[entry.outgoing.message_id] = entry.position
        return entry.outgoing
