"""A message as the frames that publish it (AMQP 0-9-1, 4.2.3 to 4.2.6 and 1.8.3.7).

py-amqp makes them too, but takes longer for it than all the rest of sending takes.
"""

from struct import error, pack

from shared.delivery.wire import Wire

METHOD, HEADER, BODY, END = 1, 2, 3, b"\xce"
BASIC, PUBLISH = 60, 40
FRAME_OVERHEAD = 8
PERSISTENT = 2

SET = 0b1011_0100_1111_1000
"""The property flags: content type, headers, delivery mode, correlation id, message id, timestamp,
type, user id, app id."""


class Unfit(ValueError):
    """A property of a message does not fit into the room that AMQP has for it."""


def frames(wire: Wire, *, channel: int, user: str, frame_max: int) -> bytes:
    """The frames of one message in the name of the broker user; raises Unfit."""
    body, room = wire.body, frame_max - FRAME_OVERHEAD
    try:
        head = _frame(METHOD, channel, _publish(wire)), _frame(HEADER, channel, _header(wire, user))
    except (ValueError, error) as problem:
        raise Unfit(str(problem)) from problem
    rest = (_frame(BODY, channel, body[at : at + room]) for at in range(0, len(body), room))
    return b"".join((*head, *rest))


def _frame(kind: int, channel: int, payload: bytes) -> bytes:
    return pack(">BHL", kind, channel, len(payload)) + payload + END


def _publish(wire: Wire) -> bytes:
    head = pack(">HHH", BASIC, PUBLISH, 0)
    return head + _short(wire.exchange) + _short(wire.key) + pack(">B", wire.mandatory)


def _header(wire: Wire, user: str) -> bytes:
    table = _headers(wire)
    return b"".join(
        (
            pack(">HHQH", BASIC, 0, len(wire.body), SET),
            _short("application/json"),
            pack(">L", len(table)),
            table,
            pack(">B", PERSISTENT),
            _short(wire.case),
            _short(wire.message_id),
            pack(">Q", wire.timestamp),
            _short(wire.type),
            _short(user),
            _short("onewindow"),
        )
    )


def _headers(wire: Wire) -> bytes:
    told = _integer("schema-version", wire.version) + _string("traceparent", wire.traceparent)
    if wire.vouched_for:
        told += _string("onewindow-sender", wire.vouched_for)
        told += _integer("onewindow-attempt", wire.attempt)
    return told


def _short(text: str) -> bytes:
    octets = text.encode()
    if len(octets) > 255:
        raise Unfit(f"{text[:40]!r}... has {len(octets)} octets; AMQP allows 255")
    return bytes((len(octets),)) + octets


def _integer(name: str, number: int) -> bytes:
    return _short(name) + pack(">cq", b"l", number)


def _string(name: str, text: str) -> bytes:
    octets = text.encode()
    return _short(name) + pack(">cL", b"S", len(octets)) + octets
