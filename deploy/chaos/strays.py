"""Messages that go astray: delivered again long after, and in another order than they were sent.

Copies of everything that goes through the topic exchanges are taken from a queue of our own. They
are published again with the same properties, `user_id` too, which the broker lets a user with the
tag `impersonator` do. To change an order for real, the binding of a reader is taken away for a
while, and what it missed is given to it afterwards, shuffled.
"""

import contextlib
import random
import secrets
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPError

from deploy.local.broker_admin import BrokerAdmin
from shared.delivery.topology import READS, TOPICS

USER = "chaos"
COPIES, HELD, ALERTS = "chaos.copies", "chaos.held", "chaos.alerts"
OURS = (COPIES, HELD, ALERTS)
COPIED = "chaos-copy"
KEPT = 3_000
ALERTED = "alerts"

READERS = tuple(f"{source}>{reader}" for reader, sources in READS.items() for source in sources)
"""Every way from an exchange to a service that can be interrupted, as SOURCE>READER."""

BROKEN = (AMQPError, OSError)
"""What the broker's absence raises."""


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A message as it was published."""

    exchange: str
    key: str
    properties: pika.BasicProperties
    body: bytes


class Strays:
    """Copies messages in a thread; `repeat`, `hold` and `give_back` are called from another."""

    def __init__(self, admin: BrokerAdmin, vhost: str) -> None:
        self.repeated = self.reordered = 0
        self._kept: deque[Copy] = deque(maxlen=KEPT)
        self._password = secrets.token_urlsafe(16)
        self._admin, self._vhost = admin, vhost
        self._uri = admin.address.uri(USER, self._password, vhost=vhost)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Make user and queues, and begin to copy."""
        self._admin.create_user(USER, password=self._password, tags=("impersonator",))
        self._admin.permit(self._vhost, USER)
        with self._channel() as channel:
            for queue in OURS:
                channel.queue_declare(queue, durable=True, arguments={"x-queue-type": "quorum"})
            for exchange in TOPICS:
                queue = ALERTS if exchange == ALERTED else COPIES
                channel.queue_bind(queue, exchange, "#")
        self._thread.start()

    def stop(self) -> None:
        """Copy no further."""
        self._stopping.set()
        self._thread.join(30)
        with self._channel() as channel:
            for exchange in TOPICS:
                if exchange != ALERTED:
                    channel.queue_unbind(COPIES, exchange, "#")
            channel.queue_purge(COPIES)

    def repeat(self, dice: random.Random, most: int) -> int:
        """Deliver some messages again, those of just now and old ones, in any order."""
        kept = list(self._kept)
        chosen = dice.sample(kept, min(most // 2, len(kept))) + kept[-most // 2 :]
        dice.shuffle(chosen)
        with self._channel() as channel:
            for copy in chosen:
                self._publish(channel, copy.exchange, copy, mandatory=True)
                self.repeated += 1
        return len(chosen)

    def hold(self, way: str) -> None:
        """From now on a reader misses what an exchange says."""
        source, reader = way.split(">")
        with self._channel() as channel:
            channel.queue_bind(HELD, source, "#")
            channel.exchange_unbind(f"{reader}.in", source, "#")

    def give_back(self, way: str, dice: random.Random) -> int:
        """The reader hears the exchange again, and then in any order what it has missed."""
        source, reader = way.split(">")
        with self._channel() as channel:
            channel.exchange_bind(f"{reader}.in", source, "#")
            channel.queue_unbind(HELD, source, "#")
            missed = list(_all_of(channel, HELD))
            dice.shuffle(missed)
            for tag, copy in missed:
                self._publish(channel, f"{reader}.in", copy, mandatory=True)
                channel.basic_ack(tag)
                self.reordered += 1
            return len(missed)

    def alerts(self) -> list[tuple[str, bytes]]:
        """Message id and body of everything that was sent to the exchange of alerts."""
        with self._channel() as channel:
            return [(copy.properties.message_id, copy.body) for _, copy in _all_of(channel, ALERTS)]

    def _publish(
        self, channel: BlockingChannel, exchange: str, copy: Copy, *, mandatory: bool
    ) -> None:
        headers = {**(copy.properties.headers or {}), COPIED: 1}
        properties = pika.BasicProperties(**{**_plain(copy.properties), "headers": headers})
        channel.basic_publish(exchange, copy.key, copy.body, properties, mandatory=mandatory)

    @contextmanager
    def _channel(self) -> Iterator[BlockingChannel]:
        parameters = pika.URLParameters(self._uri)
        parameters.blocked_connection_timeout = 3
        connection = pika.BlockingConnection(parameters)
        try:
            channel = connection.channel()
            channel.confirm_delivery()
            yield channel
        finally:
            with contextlib.suppress(*BROKEN):
                connection.close()

    def _run(self) -> None:
        while not self._stopping.is_set():
            with contextlib.suppress(*BROKEN), self._channel() as channel:
                self._copy(channel)
            self._stopping.wait(0.5)

    def _copy(self, channel: BlockingChannel) -> None:
        for method, properties, body in channel.consume(COPIES, inactivity_timeout=0.3):
            if self._stopping.is_set():
                return
            if method is None:
                continue
            if COPIED not in (properties.headers or {}):
                copy = Copy(
                    exchange=method.exchange,
                    key=method.routing_key,
                    properties=properties,
                    body=body,
                )
                self._kept.append(copy)
            channel.basic_ack(method.delivery_tag)


def _all_of(channel: BlockingChannel, queue: str) -> Iterator[tuple[int, Copy]]:
    while True:
        method, properties, body = channel.basic_get(queue)
        if method is None:
            return
        yield (
            method.delivery_tag,
            Copy(
                exchange=method.exchange, key=method.routing_key, properties=properties, body=body
            ),
        )


def _plain(properties: pika.BasicProperties) -> dict[str, Any]:
    names = ("content_type", "delivery_mode", "correlation_id", "message_id", "timestamp")
    return {name: getattr(properties, name) for name in (*names, "type", "user_id", "app_id")}
