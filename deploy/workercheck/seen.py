"""What was seen on the wire between a worker and its broker, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

How = Literal["acknowledged", "rejected", "requeued"]


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something on a connection; `at` in seconds of the monotonic clock."""

    connection: int = 0
    at: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Opened(Event):
    """The worker opened a connection; whether there was a broker behind it is not said."""


@dataclass(frozen=True, kw_only=True)
class Closed(Event):
    """The worker closed its connection in good order (connection.close)."""


@dataclass(frozen=True, kw_only=True)
class Consuming(Event):
    """The worker asks for deliveries; with `no_ack` they count as acknowledged when sent."""

    queue: str
    no_ack: bool = False


@dataclass(frozen=True, kw_only=True)
class Declared(Event):
    """The worker tried to declare, bind or delete something."""

    method: str


@dataclass(frozen=True, kw_only=True)
class Delivered(Event):
    """The broker handed the worker a message."""

    message_id: str


@dataclass(frozen=True, kw_only=True)
class Settled(Event):
    """The worker said what became of deliveries."""

    how: How
    message_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Published(Event):
    """The worker published. `confirming`: it had asked for publisher confirms on the channel.

    `reached`: the tap let it through to the broker.
    """

    exchange: str
    key: str
    mandatory: bool
    confirming: bool
    properties: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, Any] = field(default_factory=dict)
    body: bytes = b""
    reached: bool = True

    @property
    def message_id(self) -> str:
        """The property; empty where there is none."""
        return str(self.properties.get("message_id") or "")

    @property
    def type(self) -> str:
        """The property; empty where there is none."""
        return str(self.properties.get("type") or "")


@dataclass(frozen=True, kw_only=True)
class Confirmed(Event):
    """The broker has taken messages, or says that it has not."""

    message_ids: tuple[str, ...]
    taken: bool = True


@dataclass(frozen=True, kw_only=True)
class TurnedBack(Event):
    """The broker returned a mandatory message, because no queue is there for it."""

    message_id: str


@dataclass(frozen=True, kw_only=True)
class Refused(Event):
    """The broker closed a channel or the connection on account of what the worker did."""

    reply_code: int
    text: str
