"""Reading messages in batches: what has arrived, at most so many, waiting only for the first."""

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import amqp

from shared.delivery.inbound import Content
from shared.delivery.link import BROKER_ERRORS, connect


@dataclass(kw_only=True, slots=True)
class Delivery:
    """A message as the broker delivered it."""

    queue: str
    tag: int
    exchange: str
    key: str
    redelivered: bool
    properties: dict[str, Any]
    body: bytes


class Consumer:
    """Consumes some queues over one connection.

    Each queue has a channel of its own: a multiple acknowledgement covers its whole channel.
    """

    def __init__(self, uri: str, queues: Sequence[str], *, limit: int, name: str) -> None:
        self.limit = limit
        self._here: deque[Delivery] = deque()
        self._active: dict[str, None] = {}
        self._link = connect(uri, name=name)
        try:
            self._channels = {queue: self._consume(queue) for queue in queues}
        except BROKER_ERRORS:
            self._link.close()
            raise

    def read(self, *, wait: float, until: float = 0.0, gather: float = 0.0) -> list[Delivery]:
        """At most `limit` deliveries, none after `wait` seconds; after the first one also those
        that come before the moment `until`, by time.monotonic(), or in the next `gather` seconds,
        whichever is later."""
        latest = time.monotonic() + wait
        while not self._here and self._link.drain(max(0.0, latest - time.monotonic())):
            pass  # a frame, but not yet a whole delivery
        if self._here:
            until = max(until, time.monotonic() + gather)
        while 0 < len(self._here) < self.limit:
            if not self._link.drain(max(0.0, until - time.monotonic())):
                break
        self._link.tick()
        return [self._here.popleft() for _ in range(min(self.limit, len(self._here)))]

    def acknowledge(self, deliveries: Sequence[Delivery]) -> None:
        """Acknowledge a whole batch, as `read` returned it, and all batches before it."""
        for queue, tag in {it.queue: it.tag for it in deliveries}.items():
            self._channels[queue].basic_ack(tag, multiple=True)
        self._link.flush()

    @property
    def active(self) -> Sequence[str]:
        """The queues that something came from since they are consumed, in the order of that."""
        return tuple(self._active)

    def readers(self, queue: str) -> int:
        """How many consumers a queue has, this one among them.

        Of a queue with a single active consumer the broker counts the active one alone.
        """
        return int(self._channels[queue].queue_declare(queue, passive=True).consumer_count)

    def leave(self, queue: str) -> None:
        """Let the consumer that has waited longest go on with a queue, and wait behind the others.

        For between two batches: what was acknowledged is done, the rest goes back in its order.
        """
        channel = self._channels[queue]
        del self._link.inbound.delivered[channel.channel_id]
        channel.close()
        self._here = deque(it for it in self._here if it.queue != queue)
        del self._active[queue]
        self._channels[queue] = self._consume(queue)

    def tick(self) -> None:
        """Keep the connection alive while a batch takes long."""
        self._link.tick()

    def close(self) -> None:
        """Give back what was read and not acknowledged, and close."""
        self._link.close()

    def _consume(self, queue: str) -> amqp.Channel:
        channel = self._link.channel()
        # Twice a batch: while one is worked on, the next one arrives.
        channel.basic_qos(0, self.limit * 2, False)
        self._link.inbound.delivered[channel.channel_id] = lambda it: self._receive(queue, it)
        channel.basic_consume(queue)
        return channel

    def _receive(self, queue: str, content: Content) -> None:
        delivery = Delivery(
            queue=queue,
            tag=content.tag,
            exchange=content.exchange,
            key=content.key,
            redelivered=content.redelivered,
            properties=content.properties,
            body=content.body,
        )
        self._here.append(delivery)
        self._active[queue] = None
