"""What a nameko service class is wired with: `Delivery`, `receives`, `keeps_time`.

class Routing:
    name = "routing"
    delivery = Delivery()

    @receives
    def advance(self, work, envelopes):
        handlers.advance(work, envelopes)
"""

import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

import structlog
from nameko.extensions import DependencyProvider, Entrypoint

from shared.database import Database
from shared.delivery.backbone import Backbone, instance
from shared.delivery.envelope import Envelope
from shared.delivery.receiver import LONGEST_PAUSE, Receiver
from shared.delivery.topology import RETRY_DELAYS
from shared.delivery.work import Work
from shared.errors import Unavailable
from shared.settings import Settings

log = structlog.get_logger()

PACE = 0.01
"""Seconds between the beginnings of two batches, at the least."""

UNHURRIED = 0.15
"""Seconds for which a service on which nobody waits gathers: longer than it mostly takes to decide
a case that no person handles, so that its steps are taken as one and after those who are waited
for; much shorter than anybody who looks at a page would notice."""

RETRY_DELAYS_KEY = "onewindow.retry_delays"
"""The key in nameko's configuration for other delays than the topology's own."""


class Delivery(DependencyProvider):  # type: ignore[misc]
    """Gives a service its database and its way to send."""

    backbone = Backbone()

    def get_dependency(self, _context: Any) -> "Delivery":
        return self

    def work(self) -> AbstractContextManager[Work]:
        """A transaction that writes; what it sends goes out after the commit."""
        return self.backbone.workplace.work()

    @property
    def database(self) -> Database:
        """For reading."""
        return self.backbone.database

    @property
    def settings(self) -> Settings:
        """What this process was told."""
        return self.backbone.settings

    @property
    def connected(self) -> bool:
        """Whether the broker can be reached just now."""
        return self.backbone.publisher.connected


class Receives(Entrypoint):  # type: ignore[misc]
    """Calls the method with batches of what arrives at the service: `(work, envelopes)`.

    What comes after a quiet moment is handled at once; what follows is gathered until `pace`
    seconds after that. A batch of several costs hardly more than a single message, so whoever waits
    a little gets further. A service on which nobody waits also gathers what comes within `gather`
    seconds of the first message: it then takes most of a case's steps as one, and leaves the
    machine to those who are waited for.

    `repeats` names the method that is handed, in the same way, what comes under message ids that
    have had their effect; without one it is dropped.
    """

    backbone = Backbone()

    def __init__(
        self, *, pace: float = PACE, gather: float = 0.0, repeats: str = "", **options: Any
    ) -> None:
        super().__init__(**options)
        self._repeats = repeats
        self._pace = pace
        self._gather = gather

    def start(self) -> None:
        self._receiver = Receiver(
            workplace=self.backbone.workplace,
            relay=self.backbone.relay,
            settings=self.backbone.settings,
            handler=self._handle,
            repeated=self._handle_repeats if self._repeats else None,
            retry_delays=self.container.config.get(RETRY_DELAYS_KEY, RETRY_DELAYS),
            pace=self._pace,
            gather=self._gather,
        )
        self._thread = self.container.spawn_managed_thread(
            self._receiver.run, identifier="receives"
        )

    def stop(self) -> None:
        self._receiver.stop()
        self._thread.wait()

    def _handle(self, work: Work, envelopes: Sequence[Envelope]) -> None:
        getattr(instance(self), self.method_name)(work, envelopes)

    def _handle_repeats(self, work: Work, envelopes: Sequence[Envelope]) -> None:
        getattr(instance(self), self._repeats)(work, envelopes)


class KeepsTime(Entrypoint):  # type: ignore[misc]
    """Calls the method again and again; it returns after how many seconds it wants to be called."""

    backbone = Backbone()

    def start(self) -> None:
        self._stopping = threading.Event()
        self._thread = self.container.spawn_managed_thread(self._run, identifier="keeps_time")

    def stop(self) -> None:
        self._stopping.set()
        self._thread.wait()

    def _run(self) -> None:
        pause = 0.1
        while not self._stopping.is_set():
            try:
                wait = float(getattr(instance(self), self.method_name)())
                pause = 0.1
            except Unavailable as error:
                log.warning("timer waits", error=str(error), retry_in=pause)
                wait = pause
                pause = min(2 * pause, LONGEST_PAUSE)
            # Never without a pause: other green threads want their turn.
            self._stopping.wait(max(0.001, min(wait, 1.0)))


receives = Receives.decorator
keeps_time = KeepsTime.decorator
