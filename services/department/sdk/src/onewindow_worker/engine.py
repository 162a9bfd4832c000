"""The worker's loop: events in, one journal transaction, effects out.

A turn takes all the events that have come, decides, and commits once; only then are tasks given to
handlers, results published and deliveries acknowledged. Under load a turn is a batch, so that one
write to disk serves many tasks; with a single task it is as quick as a plain handler.
"""

from __future__ import annotations

import heapq
import logging
import time
from collections.abc import Callable, Sequence
from itertools import count
from queue import Empty, SimpleQueue

from onewindow_worker.assignments import Assignments, Effects
from onewindow_worker.counts import Counts
from onewindow_worker.events import (
    Confirmed,
    Connected,
    Event,
    Handled,
    Job,
    Lost,
    Noted,
    TurnedBack,
    Wake,
)
from onewindow_worker.handling import Pool
from onewindow_worker.health import HealthFile
from onewindow_worker.journal import Journal
from onewindow_worker.link import Link
from onewindow_worker.outbox import LOOK_EVERY, Outbox
from onewindow_worker.wire import Delivery

log = logging.getLogger("onewindow_worker")

TELL_EVERY = 2.0
"""Seconds between two writings of the health file, and between two countings of the journal."""

LINGER = 0.004
"""Seconds that an answer waits for others at most, while more tasks wait for a handler."""

BATCH = 500
DAY = 86_400.0
KEEP_CLOSED = 90 * DAY
LAST_CONFIRMS = 10.0
"""Seconds a stopping worker waits for the broker's confirmations; the journal keeps the rest."""


class Engine:
    """Owns the journal. `run` is the loop; everything else happens in it."""

    def __init__(
        self,
        *,
        journal: Journal,
        assignments: Assignments,
        pool: Pool,
        link: Link,
        events: SimpleQueue[Event],
        stopping: Callable[[], bool],
        counts: Counts,
        health: HealthFile,
    ) -> None:
        self._journal = journal
        self._assignments = assignments
        self._pool = pool
        self._link = link
        self._events = events
        self._stopping = stopping
        self._counts = counts
        self._health = health
        self._told: tuple[str, float] = ("", 0.0)
        self._untold = False
        self._outbox = Outbox(journal)
        self._epoch = 0
        self._held: list[tuple[float, int, Job]] = []
        self._numbers = count()
        self._again: list[Delivery] = []
        self._forget_at = 0.0

    def run(self) -> None:
        """Work until told to stop, then finish what was begun."""
        while not self._stopping():
            self._forget()
            self._turn(self._arrived())
        self._wind_up()

    def _forget(self) -> None:
        if time.monotonic() >= self._forget_at:
            with self._journal.transaction():
                self._journal.forget(older_than=KEEP_CLOSED)
            self._forget_at = time.monotonic() + DAY

    def _wind_up(self) -> None:
        self._link.stop_consuming()
        for job in [*self._pool.withdraw(), *(job for _, _, job in self._held)]:
            self._assignments.leave(job)
        self._held.clear()
        while self._assignments.busy:
            self._turn(self._arrived())
        until = time.monotonic() + LAST_CONFIRMS
        while self._epoch and self._outbox.waiting and time.monotonic() < until:
            self._turn(self._arrived())
        with self._journal.transaction():
            self._outbox.note()

    def _arrived(self) -> list[Event]:
        """The events that have come, waiting for the first one at most until something is due."""
        events: list[Event] = []
        try:
            events.append(self._events.get(timeout=self._patience()))
        except Empty:
            return events
        self._drain(events)
        until = time.monotonic() + LINGER
        while (
            self._pool.queued
            and isinstance(events[-1], Handled)
            and len(events) < BATCH
            and time.monotonic() < until
        ):
            # one wait for the disk serves all the answers of a batch; asleep, so that no answer
            # has to wake this thread
            time.sleep(LINGER / 4)
            self._drain(events)
        return events

    def _drain(self, events: list[Event]) -> None:
        try:
            while len(events) < BATCH:
                events.append(self._events.get_nowait())
        except Empty:
            pass

    def _patience(self) -> float:
        if self._again:
            return 0.0
        due = self._held[0][0] - time.monotonic() if self._held else LOOK_EVERY
        return max(0.0, min(LOOK_EVERY, due))

    def _turn(self, events: Sequence[Event]) -> None:
        arrived = [each for each in events if isinstance(each, Delivery)]
        self._counts.take(arrived)
        deliveries = [*self._again, *arrived]
        handled = [each for each in events if isinstance(each, Handled)]
        noted = [each for each in events if isinstance(each, Noted)]
        for event in events:
            self._note(event)
        if handled or noted or deliveries or self._outbox.to_note:
            # a task that a power cut makes forgotten is delivered again, and a confirmation too
            with self._journal.transaction(durable=bool(handled or noted)):
                self._take(noted, handled, deliveries)
        self._give_out(self._assignments.collect())
        self._tell()

    def _tell(self) -> None:
        """Write down how the worker is, every few seconds and when that has changed."""
        state = "connected" if self._epoch else "reconnecting"
        if self._stopping():
            state = "stopping"
        before, at = self._told
        now = time.monotonic()
        if state == before and now < at + TELL_EVERY:
            return
        self._told = (state, now)
        self._counts.connected = bool(self._epoch)
        self._counts.backlog = self._journal.backlog()
        self._counts.standings = self._journal.standings()
        try:
            self._health.write(state, self._counts)
            self._untold = False
        except OSError as error:
            if not self._untold:
                log.warning("The health file cannot be written: %s", error)
            self._untold = True

    def _take(
        self,
        noted: Sequence[Noted],
        handled: Sequence[Handled],
        deliveries: Sequence[Delivery],
    ) -> None:
        stopping = self._stopping()
        for it in noted:
            self._assignments.note(it)
        for each in handled:
            self._assignments.finish(each, stopping=stopping)
        if deliveries and not stopping:
            self._assignments.take(deliveries)
        self._outbox.note()

    def _note(self, event: Event) -> None:
        if isinstance(event, Confirmed):
            self._outbox.confirmed(event.message_ids)
            self._counts.sent += len(event.message_ids)
        elif isinstance(event, TurnedBack):
            self._outbox.turned_back(event.message_ids)
        elif isinstance(event, Connected):
            log.info("Connected to the broker")
            self._epoch = event.epoch
            self._counts.connections += 1
            self._outbox.restart()
        elif isinstance(event, Lost):
            self._epoch = 0
        elif isinstance(event, Wake):
            self._outbox.look()

    def _give_out(self, effects: Effects) -> None:
        """What may happen only after the commit."""
        self._again = effects.look_again
        now = time.monotonic()
        for seconds, job in effects.hold:
            heapq.heappush(self._held, (now + seconds, next(self._numbers), job))
        while self._held and self._held[0][0] <= now:
            self._pool.put(heapq.heappop(self._held)[2])
        for job in effects.start:
            self._pool.put(job)
        if self._epoch:
            self._send(effects)

    def _send(self, effects: Effects) -> None:
        if effects.dropped:
            self._outbox.look()
        repeats = [self._outbox.repeat(assignment) for assignment in effects.repeat]
        results = [each for each in repeats if each is not None]
        results += self._outbox.next(effects.recorded)
        done, rejected = self._tags(effects.done), self._tags(effects.rejected)
        if results or done or rejected:
            self._link.send(self._epoch, results=results, done=done, rejected=rejected)

    def _tags(self, deliveries: Sequence[Delivery]) -> list[int]:
        return [each.tag for each in deliveries if each.epoch == self._epoch]
