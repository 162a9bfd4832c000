"""Reading messages in batches: what has arrived, at most so many, waiting only for the first."""

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import amqp

from shared.delivery.link import Link


@dataclass(frozen=True, kw_only=True)
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
        self._link = Link(uri, name=name)
        self._channels = {queue: self._consume(queue) for queue in queues}

    def read(self, *, wait: float, patience: float = 0.0) -> list[Delivery]:
        """At most `limit` deliveries, none after `wait` seconds.

        After the first one, `patience` seconds are waited for more: larger batches under load for
        a little delay at rest.
        """
        if not self._here:
            self._link.drain(wait)
        until = time.monotonic() + patience
        while len(self._here) < self.limit:
            if not self._link.drain(max(0.0, until - time.monotonic()) if self._here else 0.0):
                break
        self._link.tick()
        return [self._here.popleft() for _ in range(min(self.limit, len(self._here)))]

    def acknowledge(self, deliveries: Sequence[Delivery]) -> None:
        """Acknowledge a whole batch, as `read` returned it."""
        for queue, tag in {it.queue: it.tag for it in deliveries}.items():
            self._channels[queue].basic_ack(tag, multiple=True)
        self._link.flush()

    def tick(self) -> None:
        """Keep the connection alive while a batch takes long."""
        self._link.tick()

    def close(self) -> None:
        """Give back what was read and not acknowledged, and close."""
        self._link.close()

    def _consume(self, queue: str) -> amqp.Channel:
        channel = self._link.channel()
        channel.basic_qos(0, self.limit * 2, False)
        channel.basic_consume(queue, callback=lambda message: self._receive(queue, message))
        return channel

    def _receive(self, queue: str, message: amqp.Message) -> None:
        info = message.delivery_info
        delivery = Delivery(
            queue=queue,
            tag=info["delivery_tag"],
            exchange=info["exchange"],
            key=info["routing_key"],
            redelivered=info["redelivered"],
            properties=message.properties,
            body=bytes(message.body),
        )
        self._here.append(delivery)
