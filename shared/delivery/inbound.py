"""Frames from the broker, read so that no sender can stop a reader by what he puts into a message.

py-amqp raises whatever its parser stumbles over: a type that is not UTF-8, a header with a moment
in the year 300,000,000,000. The broker does not look into these, and delivers such a message again
and again. Here a property that cannot be read is missing or has replacement characters, and the
message goes on to whoever decides what becomes of it.

Sections are those of AMQP 0-9-1: frames 4.2.3, methods 4.2.4, content 4.2.6.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from struct import unpack_from
from typing import Any

from amqp.exceptions import UnexpectedFrame
from amqp.serialization import loads

METHOD, HEADER, BODY, HEARTBEAT = 1, 2, 3, 8
RETURN, DELIVER, ACK, NACK = (60, 50), (60, 60), (60, 80), (60, 120)

SHORT, TABLE, OCTET, LONG_LONG = "short", "table", "octet", "long long"
PROPERTIES = (
    ("content_type", SHORT),
    ("content_encoding", SHORT),
    ("application_headers", TABLE),
    ("delivery_mode", OCTET),
    ("priority", OCTET),
    ("correlation_id", SHORT),
    ("reply_to", SHORT),
    ("expiration", SHORT),
    ("message_id", SHORT),
    ("timestamp", LONG_LONG),
    ("type", SHORT),
    ("user_id", SHORT),
    ("app_id", SHORT),
    ("cluster_id", SHORT),
)
"""The properties of class basic, from the highest bit of the flags down."""


@dataclass(kw_only=True, slots=True)
class Content:
    """A message that was delivered or returned. A returned one has no tag."""

    tag: int
    redelivered: bool
    exchange: str
    key: str
    properties: dict[str, Any]
    body: bytes


@dataclass(slots=True)
class _Begun:
    """A message of which not all frames are here."""

    method: tuple[int, int]
    arguments: bytes
    size: int = 0
    properties: dict[str, Any] = field(default_factory=dict)
    parts: list[bytes] = field(default_factory=list)
    missing: int = 0


class Inbound:
    """Handles frames in the place of py-amqp's own handler, to which it hands all other methods.

    By channel: `delivered` and `returned` get contents, `confirmed` gets (tag, multiple, taken).
    """

    def __init__(self, connection: Any, otherwise: Callable[..., Any]) -> None:
        self._connection = connection
        self._otherwise = otherwise
        self._begun: dict[int, _Begun] = {}
        self.delivered: dict[int, Callable[[Content], None]] = {}
        self.returned: dict[int, Callable[[Content], None]] = {}
        self.confirmed: dict[int, Callable[[int, bool, bool], None]] = {}

    def __call__(self, frame: tuple[int, int, bytes]) -> bool:
        """Handle one frame; whether a method, with all that belongs to it, was complete."""
        kind, channel, payload = frame
        self._connection.bytes_recv += 1  # what py-amqp's heartbeat looks at
        if kind == METHOD:
            return self._method(channel, payload)
        if kind == HEADER:
            return self._header(channel, payload)
        if kind == BODY:
            return self._body(channel, payload)
        if kind != HEARTBEAT:
            raise UnexpectedFrame(f"there are no frames of type {kind}")
        return False

    def _method(self, channel: int, payload: bytes) -> bool:
        method: tuple[int, int] = unpack_from(">HH", payload)
        if method in (DELIVER, RETURN):
            self._begun[channel] = _Begun(method, payload)
            return False
        confirmed = self.confirmed.get(channel)
        if confirmed is not None and method in (ACK, NACK):
            tag, bits = unpack_from(">QB", payload, 4)
            confirmed(tag, bool(bits & 1), method == ACK)
        else:
            self._otherwise(channel, method, payload, None)
        return True

    def _header(self, channel: int, payload: bytes) -> bool:
        begun = self._begun[channel]
        (begun.missing,) = unpack_from(">Q", payload, 4)
        begun.properties = read_properties(payload, 12)
        return begun.missing == 0 and self._complete(channel)

    def _body(self, channel: int, payload: bytes) -> bool:
        begun = self._begun[channel]
        begun.parts.append(payload)
        begun.missing -= len(payload)
        return begun.missing <= 0 and self._complete(channel)

    def _complete(self, channel: int) -> bool:
        begun = self._begun.pop(channel)
        receivers = self.delivered if begun.method == DELIVER else self.returned
        receiver = receivers.get(channel)
        if receiver is not None:
            receiver(_content(begun))
        return True


def _content(begun: _Begun) -> Content:
    arguments, tag, redelivered = begun.arguments, 0, False
    if begun.method == DELIVER:
        _, at = _short(arguments, 4)  # the consumer's tag: a channel has one consumer
        tag, redelivered = unpack_from(">QB", arguments, at)
        at += 9
    else:
        _, at = _short(arguments, 6)  # after the reply code, its text
    exchange, at = _short(arguments, at)
    key, _ = _short(arguments, at)
    body = begun.parts[0] if len(begun.parts) == 1 else b"".join(begun.parts)
    return Content(
        tag=tag,
        redelivered=bool(redelivered),
        exchange=exchange,
        key=key,
        properties=begun.properties,
        body=body,
    )


def read_properties(payload: bytes, at: int) -> dict[str, Any]:
    """The properties that are there, by py-amqp's names; headers that cannot be read are none."""
    (flags,) = unpack_from(">H", payload, at)
    at += 2
    found: dict[str, Any] = {}
    bit = 0x8000
    for name, kind in PROPERTIES:
        if flags & bit:
            found[name], at = _property(kind, payload, at)
        bit >>= 1
    return found


def _property(kind: str, payload: bytes, at: int) -> tuple[Any, int]:
    if kind == SHORT:
        return _short(payload, at)
    if kind == OCTET:
        return payload[at], at + 1
    if kind == LONG_LONG:
        return unpack_from(">Q", payload, at)[0], at + 8
    (size,) = unpack_from(">L", payload, at)
    return _table(payload, at), at + 4 + size


def _short(payload: bytes, at: int) -> tuple[str, int]:
    end = at + 1 + payload[at]
    return payload[at + 1 : end].decode("utf-8", "replace"), end


def _table(payload: bytes, at: int) -> dict[str, Any]:
    try:
        table: dict[str, Any] = loads("F", payload, at)[0][0]
    except Exception:  # anything at all: the sender chose every octet of it
        return {}
    return table
