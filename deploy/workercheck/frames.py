"""AMQP 0-9-1 frames of one connection, read into what they mean (specification, chapter 4.2)."""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pika import frame as amqp
from pika import spec

from deploy.workercheck.seen import (
    Closed,
    Confirmed,
    Consuming,
    Declared,
    Delivered,
    Event,
    How,
    Published,
    Refused,
    Settled,
    TurnedBack,
)

HEADER = 7
GREETING = 8
CONNECTION_FORCED = 320
"""An operator closed the connection, as by stopping the broker; nobody's fault."""


class Cutter:
    """Cuts a stream of bytes into whole frames."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Every frame that is complete with these bytes."""
        self._rest += data
        while (size := self._size()) and len(self._rest) >= size:
            one, self._rest = self._rest[:size], self._rest[size:]
            yield one

    def _size(self) -> int:
        if self._rest.startswith(b"AMQP"):
            return GREETING
        if len(self._rest) < HEADER:
            return 0
        (payload,) = struct.unpack_from(">L", self._rest, 3)
        return int(HEADER + payload + 1)


@dataclass
class _Content:
    """A message under way: the method that carries it, its properties, and its body so far."""

    method: Any
    properties: Any = None
    size: int = 0
    body: bytes = b""

    @property
    def whole(self) -> bool:
        return self.properties is not None and len(self.body) >= self.size


@dataclass
class _Channel:
    confirming: bool = False
    published: int = 0
    unconfirmed: dict[int, str] = field(default_factory=dict)
    held: dict[int, str] = field(default_factory=dict)

    def reuse(self) -> None:
        """A new channel has the number of one that was closed."""
        self.confirming, self.published = False, 0
        self.unconfirmed, self.held = {}, {}


Meaning = Callable[[_Channel, Any, "_Content | None"], Event | None]


class Conversation:
    """What both ends of a connection say. Feed it one frame at a time, in order."""

    def __init__(self) -> None:
        self._channels: dict[int, _Channel] = {}
        self._from_worker: dict[int, _Content] = {}
        self._from_broker: dict[int, _Content] = {}

    def worker_says(self, raw: bytes) -> Event | None:
        """What a frame of the worker means; None where it is of no interest."""
        return self._read(raw, self._from_worker, self._of_worker)

    def broker_says(self, raw: bytes) -> Event | None:
        """What a frame of the broker means; None where it is of no interest."""
        return self._read(raw, self._from_broker, self._of_broker)

    def _read(
        self, raw: bytes, open_contents: dict[int, _Content], meaning: Meaning
    ) -> Event | None:
        try:
            found = amqp.decode_frame(raw)[1]
        except Exception:  # whatever a stranger's client writes: the broker will say what it is
            return None
        number = getattr(found, "channel_number", 0)
        channel = self._channels.setdefault(number, _Channel())
        if isinstance(found, amqp.Method):
            open_contents.pop(number, None)
            if isinstance(found.method, _CARRIERS):
                open_contents[number] = _Content(found.method)
                return None
            return meaning(channel, found.method, None)
        content = open_contents.get(number)
        if content is None:
            return None
        if isinstance(found, amqp.Header):
            content.properties, content.size = found.properties, found.body_size
        elif isinstance(found, amqp.Body):
            content.body += found.fragment
        if not content.whole:
            return None
        del open_contents[number]
        return meaning(channel, content.method, content)

    def _of_worker(self, channel: _Channel, method: Any, content: _Content | None) -> Event | None:
        match method:
            case spec.Basic.Publish():
                assert content is not None, "a publish carries a message"
                return _published(channel, method, content)
            case spec.Basic.Ack():
                return _settled(channel, "acknowledged", method.delivery_tag, method.multiple)
            case spec.Basic.Nack() | spec.Basic.Reject():
                how: How = "requeued" if method.requeue else "rejected"
                return _settled(
                    channel, how, method.delivery_tag, getattr(method, "multiple", False)
                )
            case spec.Basic.Consume() | spec.Basic.Get():
                return Consuming(queue=method.queue, no_ack=method.no_ack)
            case spec.Confirm.Select():
                channel.confirming = True
            case spec.Channel.Open():
                channel.reuse()
            case spec.Connection.Close():
                return Closed()
            case _ if isinstance(method, _DECLARING) and not getattr(method, "passive", False):
                return Declared(method=method.NAME)
        return None

    def _of_broker(self, channel: _Channel, method: Any, content: _Content | None) -> Event | None:
        match method:
            case spec.Basic.Deliver() | spec.Basic.GetOk():
                assert content is not None, "a delivery carries a message"
                channel.held[method.delivery_tag] = content.properties.message_id or ""
                return Delivered(message_id=content.properties.message_id or "")
            case spec.Basic.Return():
                assert content is not None, "a return carries a message"
                return TurnedBack(message_id=content.properties.message_id or "")
            case spec.Basic.Ack() | spec.Basic.Nack():
                ids = _upto(channel.unconfirmed, method.delivery_tag, method.multiple)
                return Confirmed(message_ids=ids, taken=isinstance(method, spec.Basic.Ack))
            case spec.Channel.Close() | spec.Connection.Close():
                if method.reply_code not in (200, CONNECTION_FORCED):
                    return Refused(reply_code=method.reply_code, text=method.reply_text)
        return None


_CARRIERS = (spec.Basic.Publish, spec.Basic.Deliver, spec.Basic.GetOk, spec.Basic.Return)
_DECLARING = (
    *(spec.Queue.Declare, spec.Queue.Bind, spec.Queue.Delete),
    *(spec.Exchange.Declare, spec.Exchange.Bind, spec.Exchange.Delete),
)
_PROPERTIES = (
    "content_type",
    "delivery_mode",
    "message_id",
    "type",
    "correlation_id",
    "timestamp",
    "user_id",
    "app_id",
)


def _published(channel: _Channel, method: Any, content: _Content) -> Published:
    properties = {name: getattr(content.properties, name) for name in _PROPERTIES}
    channel.published += 1
    if channel.confirming:
        channel.unconfirmed[channel.published] = properties["message_id"] or ""
    return Published(
        exchange=method.exchange,
        key=method.routing_key,
        mandatory=bool(method.mandatory),
        confirming=channel.confirming,
        properties={name: value for name, value in properties.items() if value is not None},
        headers=content.properties.headers or {},
        body=content.body,
    )


def _settled(channel: _Channel, how: How, tag: int, multiple: bool) -> Settled:
    return Settled(how=how, message_ids=_upto(channel.held, tag, multiple))


def _upto(waiting: dict[int, str], tag: int, multiple: bool) -> tuple[str, ...]:
    """Take out what a tag stands for: one, or all up to it, where 0 is everything."""
    tags = [each for each in waiting if each <= tag or tag == 0] if multiple else [tag]
    return tuple(waiting.pop(each) for each in tags if each in waiting)
