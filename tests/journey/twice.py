"""Delivers every message twice, on the real broker.

A queue of its own is bound to every topic exchange. Each message that arrives there is published
again to the same exchange under the same key, with the same body and the same properties, its
`user_id` too: the broker lets a user with the tag `impersonator` do that. A header tells the copy
from the original, so that it is not copied in turn.
"""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pika
from pika.adapters.blocking_connection import BlockingChannel

from shared.delivery.topology import TOPICS
from tests.journey.town import Town

COPY = "journey-copy"
QUEUE = "journey.twice"
USER = "journey-duplicator"


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A message that was delivered a second time."""

    exchange: str
    key: str
    properties: pika.BasicProperties
    body: bytes


class Duplicator:
    """Copies whatever goes through the topic exchanges. `copies` are those made so far."""

    def __init__(self, uri: str) -> None:
        self.copies: list[Copy] = []
        self._uri = uri
        self._stopping = threading.Event()
        self._failed: list[BaseException] = []
        self._thread = threading.Thread(target=self._run)
        with self._channel() as channel:
            channel.queue_declare(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
            for exchange in TOPICS:
                channel.queue_bind(QUEUE, exchange, "#")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Copy no further; the queue goes, and with it its bindings."""
        self._stopping.set()
        self._thread.join()
        with self._channel() as channel:
            channel.queue_delete(QUEUE)
        assert not self._failed, f"not everything was delivered twice: {self._failed[0]!r}"

    def repeat_all(self) -> None:
        """Deliver every message once more, long after its time and the last one first.

        Only the real readers are bound by now, so a copy that reaches nobody raises.
        """
        assert not self._thread.is_alive(), "stop the copying first"
        with self._channel() as channel:
            for copy in reversed(self.copies):
                _publish(channel, copy, mandatory=copy.exchange != "alerts")

    @contextmanager
    def _channel(self) -> Iterator[BlockingChannel]:
        connection = pika.BlockingConnection(pika.URLParameters(self._uri))
        try:
            channel = connection.channel()
            channel.confirm_delivery()
            yield channel
        finally:
            connection.close()

    def _run(self) -> None:
        try:
            with self._channel() as channel:
                self._copy(channel)
        except BaseException as error:
            self._failed.append(error)

    def _copy(self, channel: BlockingChannel) -> None:
        for method, properties, body in channel.consume(QUEUE, inactivity_timeout=0.02):
            if method is None:
                if self._stopping.is_set():
                    return
                continue
            headers = dict(properties.headers or {})
            if COPY not in headers:
                properties.headers = {**headers, COPY: 1}
                copy = Copy(
                    exchange=method.exchange,
                    key=method.routing_key,
                    properties=properties,
                    body=body,
                )
                _publish(channel, copy, mandatory=False)
                self.copies.append(copy)
            channel.basic_ack(method.delivery_tag)


def _publish(channel: BlockingChannel, copy: Copy, *, mandatory: bool) -> None:
    channel.basic_publish(copy.exchange, copy.key, copy.body, copy.properties, mandatory=mandatory)


@contextmanager
def everything_twice(town: Town) -> Iterator[Duplicator]:
    """Every message of the town is delivered twice meanwhile."""
    admin, vhost, password = town.stack.broker, town.stack.vhost, secrets.token_urlsafe(16)
    assert admin is not None
    admin.create_user(USER, password=password, tags=("impersonator",))
    admin.permit(vhost, USER)
    duplicator = Duplicator(admin.address.uri(USER, password, vhost=vhost))
    duplicator.start()
    try:
        yield duplicator
    finally:
        duplicator.stop()
