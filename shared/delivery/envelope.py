"""Reading a delivery: who sent it, whether they may, and the message itself.

The broker vouches for the property `user_id`: it refuses a message whose `user_id` is not the user
of the connection that publishes it (RabbitMQ, "Validated User-ID").
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shared.database import storable
from shared.delivery.consumer import Delivery
from shared.delivery.topology import SERVICES
from shared.delivery.wire import NO_CASE, Wire
from shared.errors import OneWindowError
from shared.messages.codec import Unreadable, decode
from shared.messages.registry import MessageType, find
from shared.values import made_often

UNIT_PREFIX = "department."

NOBODY = "nobody"
"""Stands for the sender of a message that bears no user_id; no broker user has this name."""

LONGEST_ID = 64
LATEST = 253_402_300_799
"""The last second that a datetime can name."""


class Forged(OneWindowError):
    """A message comes from somebody who may not send it, or from nobody."""


@made_often
@dataclass(frozen=True, kw_only=True)
class Sender:
    """Who sent a message: a service by its `role`, or a department's own worker (`unit`)."""

    role: str
    unit: str = ""

    @classmethod
    def named(cls, user: str) -> "Sender":
        """The sender behind a broker user; raises Forged for a user that is none of ours."""
        if user in SERVICES:
            return cls(role=user)
        if user.startswith(UNIT_PREFIX):
            return cls(role="unit", unit=user.removeprefix(UNIT_PREFIX))
        raise Forged(f"the broker user {user!r} is neither a service nor a department")

    def __str__(self) -> str:
        return UNIT_PREFIX + self.unit if self.unit else self.role


@made_often
@dataclass(frozen=True, kw_only=True)
class Envelope:
    """A message that may be believed, with what is known about its way."""

    message_id: str
    type: str
    version: int
    sender: Sender
    sent_at: datetime
    traceparent: str
    message: Any


def read(delivery: Delivery, service: str) -> Envelope:
    """What `service` makes of a delivery; raises Unreadable or Forged."""
    user = sender_of(delivery, service)
    if user == NOBODY:
        raise Forged("the message bears no user_id")
    sender = Sender.named(user)
    wire = as_wire(delivery, service)
    entry = find(wire.type)
    if entry is not None and sender.role not in entry.sent_by:
        raise Forged(f"{sender} may not send {entry.name}")
    message = _decoded(wire)
    _check_unit(sender, message, entry)
    _check_key(delivery, message, entry)
    return Envelope(
        message_id=wire.message_id,
        type=wire.type,
        version=wire.version,
        sender=sender,
        sent_at=datetime.fromtimestamp(wire.timestamp, UTC),
        traceparent=wire.traceparent,
        message=message,
    )


def _check_unit(sender: Sender, message: Any, entry: MessageType | None) -> None:
    department = getattr(message, "department", sender.unit)
    if sender.unit and department != sender.unit:
        name = entry.name if entry else "a message"
        raise Forged(f"{sender} sent {name} in the name of {department!r}")


def _check_key(delivery: Delivery, message: Any, entry: MessageType | None) -> None:
    """The broker vouches for the routing key as well; the body must not say something else."""
    if entry and delivery.exchange == entry.exchange and delivery.key != entry.key(message):
        raise Forged(f"{entry.name} came under the routing key {delivery.key[:80]!r}")


def _decoded(wire: Wire) -> Any:
    try:
        return decode(wire.type, wire.version, wire.body)
    except Unreadable:
        raise
    except Exception as error:  # a body can bring down whatever reads it, such as by its depth
        raise Unreadable(f"the body of {wire.type} cannot be read: {error!r}") from error


def sender_of(delivery: Delivery, service: str) -> str:
    """The broker user that sent the message in the first place, or NOBODY.

    A service's own repeats carry the first sender in a header; only the service itself can have
    written it, because the broker vouches for `user_id`.
    """
    user = _word(delivery.properties.get("user_id")) or NOBODY
    if user == service:
        return _word(_headers(delivery).get("onewindow-sender")) or user
    return user


def as_wire(delivery: Delivery, service: str) -> Wire:
    """The delivery as it could be published again.

    Tolerant of everything that may be missing or senseless: whatever a sender writes, the message
    can be parked. What `service` notes on its own repeats counts only where it wrote it.
    """
    properties, headers = delivery.properties, _headers(delivery)
    own = headers if properties.get("user_id") == service else {}
    return Wire(
        message_id=_identity(_word(properties.get("message_id")), delivery),
        type=_word(properties.get("type")),
        version=_integer(headers.get("schema-version"), 1, 2**31),
        exchange=_word(delivery.exchange),
        key=_word(delivery.key),
        case=_word(properties.get("correlation_id")) or NO_CASE,
        timestamp=_integer(properties.get("timestamp"), 0, LATEST),
        traceparent=_word(headers.get("traceparent")),
        body=delivery.body,
        attempt=_integer(own.get("onewindow-attempt"), 1, 1_000),
        vouched_for=_word(own.get("onewindow-sender")),
    )


def _headers(delivery: Delivery) -> dict[str, Any]:
    return delivery.properties.get("application_headers") or {}


def _integer(value: Any, otherwise: int, most: int) -> int:
    return value if isinstance(value, int) and 0 <= value <= most else otherwise


def _word(value: Any) -> str:
    """Text that every database, header and log line can take; empty for anything but text."""
    return storable(value)[:255] if isinstance(value, str) else ""


def _identity(message_id: str, delivery: Delivery) -> str:
    """The message's id, or a digest where it has none or too long a one, so that a repeat is
    still known."""
    if 0 < len(message_id) <= LONGEST_ID:
        return message_id
    named = message_id.encode() or delivery.body
    return "sha256:" + hashlib.sha256(named).hexdigest()[:48]
