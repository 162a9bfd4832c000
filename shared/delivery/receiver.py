"""Receives for one service: batch after batch, each settled, sent, confirmed and acknowledged.

While the broker confirms what one batch sent, the next one is already worked on.
"""

import threading
import time
from collections import deque
from collections.abc import Sequence

import structlog

from shared.delivery.consumer import Consumer, Delivery
from shared.delivery.link import BROKER_ERRORS
from shared.delivery.processor import Handler, Processor
from shared.delivery.relay import Relay
from shared.delivery.sending import Sending
from shared.delivery.sharing import LOOK_ROUND, surplus
from shared.delivery.topology import RETRY_DELAYS
from shared.delivery.workplace import Workplace
from shared.errors import Unavailable
from shared.settings import Settings

log = structlog.get_logger()

BATCH = 200
LONGEST_PAUSE = 5.0
LOOK_UP = 0.2
"""How long the loop waits before it looks whether it should stop, in seconds."""


class Receiver:
    """One a process. `run` is its loop, for a thread of any kind."""

    def __init__(
        self,
        *,
        workplace: Workplace,
        relay: Relay,
        settings: Settings,
        handler: Handler,
        repeated: Handler | None = None,
        retry_delays: Sequence[float] = RETRY_DELAYS,
        pace: float = 0.0,
        gather: float = 0.0,
    ) -> None:
        self._workplace = workplace
        self._relay = relay
        self._uri = settings.amqp_uri
        self._service = settings.service
        self._partitions = [f"{self._service}.{it}" for it in range(settings.partitions)]
        self._parked = f"{self._service}.parked"
        self._processor = Processor(
            workplace, handler, repeated=repeated, retry_delays=retry_delays
        )
        self._pace = pace
        self._gather = gather
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Let `run` return when the batch under way is done."""
        self._stopping.set()

    def run(self) -> None:
        """Receive, and connect again with growing pauses, until stopped."""
        self._pause = 0.1
        while not self._stopping.is_set():
            try:
                self._consume()
            except (*BROKER_ERRORS, Unavailable) as error:
                log.warning("not receiving", error=str(error), retry_in=self._pause)
                self._rest()

    def _consume(self) -> None:
        while not self._workplace.publisher.await_connection(LOOK_UP):
            if self._stopping.is_set():
                return
        self._send_left_behind()
        queues = [*self._partitions, self._parked]
        consumer = Consumer(self._uri, queues, limit=BATCH, name=f"{self._service} consumer")
        try:
            self._pump(consumer)
        finally:
            consumer.close()

    def _pump(self, consumer: Consumer) -> None:
        unconfirmed: deque[tuple[Sequence[Delivery], list[Sending]]] = deque()
        looked = time.monotonic()
        began = 0.0
        while not self._stopping.is_set():
            wait = 0.0 if unconfirmed else LOOK_UP
            batch = consumer.read(wait=wait, until=began + self._pace, gather=self._gather)
            if batch:
                began = time.monotonic()
                unconfirmed.append((batch, self._settle(consumer, batch)))
            self._finish(consumer, unconfirmed, but=int(bool(batch)))
            if time.monotonic() - looked > LOOK_ROUND:
                self._finish(consumer, unconfirmed)
                self._share(consumer)
                looked = time.monotonic()
        self._finish(consumer, unconfirmed)

    def _finish(
        self,
        consumer: Consumer,
        unconfirmed: deque[tuple[Sequence[Delivery], list[Sending]]],
        but: int = 0,
    ) -> None:
        """Acknowledge what is settled once the broker has what it sent, all but `but`."""
        while len(unconfirmed) > but:
            settled, sendings = unconfirmed.popleft()
            self._await(consumer, sendings)
            consumer.acknowledge(settled)

    def _share(self, consumer: Consumer) -> None:
        """Leave to other processes of the service what is theirs."""
        mine = [queue for queue in consumer.active if queue != self._parked]
        if len(mine) > 1:
            readers = consumer.readers(self._parked)
            for queue in surplus(mine, partitions=len(self._partitions), readers=readers):
                log.info("leaving a queue to another process", queue=queue)
                consumer.leave(queue)

    def _settle(self, consumer: Consumer, batch: Sequence[Delivery]) -> list[Sending]:
        """Settle a batch, as often as it takes."""
        while True:
            try:
                if any(it.redelivered for it in batch):
                    # Somebody died of this or with it, perhaps after his commit: what he left in
                    # the outbox goes out before anything newer of the same cases does.
                    self._send_left_behind()
                sendings = self._processor.settle(batch)
            except Unavailable as error:
                self._wait(consumer, str(error))
            else:
                self._pause = 0.1
                return sendings

    def _await(self, consumer: Consumer, sendings: Sequence[Sending]) -> None:
        """Wait until the broker has what a batch sent, or until nothing stands before it.

        What it did not take is in the outbox and the relay sends it: only then go on.
        """
        failed = [it for it in sendings if it.failed()]
        while failed and self._workplace.behind:
            self._wait(consumer, f"the broker did not take the messages: {failed[0].error}")
        self._pause = 0.1

    def _wait(self, consumer: Consumer, error: str) -> None:
        if self._stopping.is_set():
            raise Unavailable(error)
        log.warning("batch waits", error=error, retry_in=self._pause)
        consumer.tick()
        self._rest()

    def _rest(self) -> None:
        self._stopping.wait(self._pause)
        self._pause = min(2 * self._pause, LONGEST_PAUSE)

    def _send_left_behind(self) -> None:
        self._relay.once(older_than=0.0)
