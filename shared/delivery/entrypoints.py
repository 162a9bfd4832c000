"""What a nameko service class is wired with: `Delivery`, `receives`, `keeps_time`.

class Routing:
    name = "routing"
    delivery = Delivery()

    @receives
    def advance(self, work, envelopes):
        handlers.advance(work, envelopes)
"""

import threading
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

import structlog
from nameko.extensions import DependencyProvider, Entrypoint

from shared.database import Database
from shared.delivery.backbone import Backbone, instance
from shared.delivery.consumer import Consumer
from shared.delivery.consumer import Delivery as Delivered
from shared.delivery.envelope import Envelope
from shared.delivery.link import BROKER_ERRORS
from shared.delivery.processor import Processor
from shared.delivery.work import Work
from shared.errors import Unavailable
from shared.settings import Settings

log = structlog.get_logger()

BATCH = 200
LONGEST_PAUSE = 5.0
LOOK_UP = 0.5
"""How long a loop waits before it looks whether it should stop, in seconds."""


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
    """Calls the method with batches of what arrives at the service: `(work, envelopes)`."""

    backbone = Backbone()

    def start(self) -> None:
        self._stopping = False
        self._thread = self.container.spawn_managed_thread(self._run, identifier="receives")

    def stop(self) -> None:
        self._stopping = True
        self._thread.wait()

    def _run(self) -> None:
        processor = Processor(self.backbone.workplace, self._handle)
        pause = 0.1
        while not self._stopping:
            try:
                self._consume(processor)
                pause = 0.1
            except (*BROKER_ERRORS, Unavailable) as error:
                log.warning("not receiving", error=str(error), retry_in=pause)
                time.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)

    def _consume(self, processor: Processor) -> None:
        # What this process's predecessor left goes out before anything newer does.
        self.backbone.relay.once(older_than=0.0)
        settings = self.backbone.settings
        service = settings.service
        queues = [f"{service}.{index}" for index in range(settings.partitions)]
        consumer = Consumer(
            settings.amqp_uri,
            [*queues, f"{service}.parked"],
            limit=BATCH,
            name=f"{service} consumer",
        )
        try:
            while not self._stopping:
                deliveries = consumer.read(wait=LOOK_UP)
                if deliveries:
                    self._settle(processor, consumer, deliveries)
                    consumer.acknowledge(deliveries)
        finally:
            consumer.close()

    def _settle(
        self, processor: Processor, consumer: Consumer, deliveries: Sequence[Delivered]
    ) -> None:
        pause = 0.1
        while True:
            try:
                return processor.settle(deliveries)
            except Unavailable as error:
                if self._stopping:
                    raise
                log.warning("batch waits", error=str(error), retry_in=pause)
                consumer.tick()
                time.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)

    def _handle(self, work: Work, envelopes: Sequence[Envelope]) -> None:
        getattr(instance(self), self.method_name)(work, envelopes)


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
            self._stopping.wait(max(0.0, min(wait, 1.0)))


receives = Receives.decorator
keeps_time = KeepsTime.decorator
