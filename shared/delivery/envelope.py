"""Reading a delivery: who sent it, whether they may, and the message itself.

The broker vouches for the property `user_id`: it refuses a message whose `user_id` is not the user
of the connection that publishes it (RabbitMQ, "Validated User-ID").
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shared.delivery.consumer import Delivery
from shared.delivery.topology import SERVICES
from shared.delivery.wire import NO_CASE, Wire
from shared.errors import OneWindowError
from shared.messages.codec import decode
from shared.messages.registry import MessageType, find

UNIT_PREFIX = "department."


class Forged(OneWindowError):
    """A message comes from somebody who may not send it, or from nobody."""


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
    if not user:
        raise Forged("the message bears no user_id")
    sender = Sender.named(user)
    wire = as_wire(delivery)
    entry = find(wire.type)
    if entry is not None and sender.role not in entry.sent_by:
        raise Forged(f"{sender} may not send {entry.name}")
    message = decode(wire.type, wire.version, wire.body)
    _check_unit(sender, message, entry)
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


def sender_of(delivery: Delivery, service: str) -> str:
    """The broker user that sent the message in the first place.

    A service's own repeats carry the first sender in a header; only the service itself can have
    written it, because the broker vouches for `user_id`.
    """
    user = str(delivery.properties.get("user_id", ""))
    if user == service:
        return str(_headers(delivery).get("onewindow-sender", user))
    return user


def as_wire(delivery: Delivery) -> Wire:
    """The delivery as it could be published again; tolerant of everything that may be missing."""
    properties, headers = delivery.properties, _headers(delivery)
    return Wire(
        message_id=str(properties.get("message_id", "") or _digest(delivery)),
        type=str(properties.get("type", "")),
        version=_integer(headers.get("schema-version"), 1),
        exchange=delivery.exchange,
        key=delivery.key,
        case=str(properties.get("correlation_id", NO_CASE)),
        timestamp=_integer(properties.get("timestamp"), 0),
        traceparent=str(headers.get("traceparent", "")),
        body=delivery.body,
        attempt=_integer(headers.get("onewindow-attempt"), 1),
        vouched_for=str(headers.get("onewindow-sender", "")),
    )


def _headers(delivery: Delivery) -> dict[str, Any]:
    return delivery.properties.get("application_headers") or {}


def _integer(value: Any, otherwise: int) -> int:
    if isinstance(value, datetime):
        return int(value.timestamp())
    return value if isinstance(value, int) else otherwise


def _digest(delivery: Delivery) -> str:
    """An id for a message that has none, so that a repeat of it is still known."""
    return "sha256:" + hashlib.sha256(delivery.body).hexdigest()[:48]
