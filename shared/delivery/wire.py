"""A message as it travels: AMQP properties as the envelope, JSON as the body."""

import base64
import hashlib
import os
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from shared.messages.codec import encode, version_of
from shared.messages.registry import type_of
from shared.values import made_often

NO_CASE = "-"
"""The correlation id of a message that belongs to no case."""

_latest = 0


@made_often
@dataclass(frozen=True, kw_only=True)
class Wire:
    """A message ready to be published.

    `vouched_for` is who sent it in the first place, where a service publishes a message again that
    it had received: the broker then only vouches for the service.
    """

    message_id: str
    type: str
    version: int
    exchange: str
    key: str
    case: str
    timestamp: int
    traceparent: str
    body: bytes
    mandatory: bool = True
    attempt: int = 1
    vouched_for: str = ""

    @classmethod
    def of(cls, message: Any, now: datetime) -> "Wire":
        """A new message, with an identity of its own, sent at `now`."""
        entry = type_of(type(message))
        case = getattr(message, "case", "") or NO_CASE
        return cls(
            message_id=new_id(),
            type=entry.name,
            version=version_of(message),
            exchange=entry.exchange,
            key=entry.key(message),
            case=case,
            timestamp=int(now.timestamp()),
            traceparent=traceparent(case),
            body=encode(message),
            mandatory=entry.mandatory,
        )

    def delayed(self, exchange: str, key: str, sender: str) -> "Wire":
        """The same message on its way to a delay queue, for its next attempt."""
        return replace(
            self, exchange=exchange, key=key, attempt=self.attempt + 1, vouched_for=sender
        )

    def to_plain(self) -> dict[str, Any]:
        """JSON values, for the outbox and for parked messages."""
        return {**self.__dict__, "body": _text(self.body)}

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> "Wire":
        """The reverse of `to_plain`."""
        return cls(**{**plain, "body": _bytes(plain["body"])})


def new_id() -> str:
    """An id that is unique and grows with time: within a process, and by milliseconds beyond it.

    UUID version 7 (RFC 9562, section 5.7): 48 bits of milliseconds, 12 bits that count (section
    6.2, method 1), 62 random bits. A clock that is set back does not set the ids back.
    """
    global _latest  # noqa: PLW0603 - what was last given out is the process's
    _latest = ticks = max(time.time_ns() // 1_000_000 << 12, _latest + 1)
    number = ticks >> 12 << 80 | 0x7 << 76 | (ticks & 0xFFF) << 64
    number |= 0x2 << 62 | int.from_bytes(os.urandom(8)) >> 2
    digits = f"{number:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def traceparent(case: str) -> str:
    """W3C trace context: every message of a case belongs to one trace, named by its code."""
    return f"00-{_trace_of(case)}-{os.urandom(8).hex()}-01"


@lru_cache(maxsize=1_000)
def _trace_of(case: str) -> str:
    return hashlib.sha256(case.encode()).hexdigest()[:32]


def _text(body: bytes) -> str | dict[str, str]:
    """As text where a database can keep it: PostgreSQL's jsonb takes no NUL (its manual, 8.14)."""
    with suppress(UnicodeDecodeError):
        if b"\0" not in body:
            return body.decode()
    return {"base64": base64.b64encode(body).decode()}


def _bytes(stored: str | dict[str, str]) -> bytes:
    return stored.encode() if isinstance(stored, str) else base64.b64decode(stored["base64"])
