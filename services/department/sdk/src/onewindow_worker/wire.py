"""The wire format: AMQP properties and JSON bodies, read and written. Knows nothing of pika."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple, Union

from onewindow_worker.errors import InvalidResult, Unreadable
from onewindow_worker.results import Note, Result
from onewindow_worker.tasks import (
    Cancellation,
    Supplement,
    Task,
    read_cancellation,
    read_supplement,
    read_task,
)

VERSION = 1
READABLE = {
    "task.assigned": (1,),
    "task.supplemented": (1,),
    "task.cancelled": (1,),
}
MESSAGE_IDS = uuid.UUID("b1a4bd0e-6c5e-5b0c-9d3f-0c6a51d0c9a7")
"""The name space of derived message ids. Never changes: it makes a repeat recognisable."""


class Delivery(NamedTuple):
    """A message as the broker gave it. `epoch` is the connection that `tag` belongs to."""

    epoch: int
    tag: int
    message_id: str
    type: str
    version: Any
    user_id: str
    traceparent: str
    body: bytes
    redelivered: bool = False


class Outgoing(NamedTuple):
    """A result on its way. `at` in whole seconds since 1970."""

    message_id: str
    type: str
    case: str
    at: int
    traceparent: str
    body: bytes


Content = Union[Task, Supplement, Cancellation]


def read(delivery: Delivery, *, department: str, sender: str) -> tuple[Content, dict[str, Any]]:
    """What was delivered, typed and as JSON; raises Unreadable with the reason."""
    _check_envelope(delivery, sender)
    try:
        plain = json.loads(delivery.body.decode())
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"the body is not JSON: {error}") from error
    content = _READERS[delivery.type](plain)
    if not content.assignment or not content.case:
        raise Unreadable("case, assignment: may not be empty")
    if content.department != department:
        raise Unreadable(f"department: the task is for {content.department}, not {department}")
    return content, plain


def _check_envelope(delivery: Delivery, sender: str) -> None:
    if delivery.type not in READABLE:
        raise Unreadable(f"type: this worker knows no {delivery.type or 'message without a type'}")
    if delivery.version not in READABLE[delivery.type]:
        raise Unreadable(
            f"schema-version: {delivery.type} in version {delivery.version!r} is not known; "
            "a newer onewindow-worker may read it"
        )
    if delivery.user_id != sender:
        raise Unreadable(f"user_id: sent by {delivery.user_id or 'nobody'}, not by {sender}")
    if not delivery.message_id:
        raise Unreadable("message_id: is missing")


_READERS: dict[str, Callable[[Any], Content]] = {
    "task.assigned": read_task,
    "task.supplemented": read_supplement,
    "task.cancelled": read_cancellation,
}


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def body_of(result: Result, *, case: str, assignment: str, department: str, at: datetime) -> bytes:
    """The JSON body of the message that carries a result; raises InvalidResult for a naive `at`."""
    if at.utcoffset() is None:
        raise InvalidResult("at", "the clock of this worker gives a time without offset from UTC")
    plain = {
        "case": case,
        "assignment": assignment,
        "department": department,
        "at": at.isoformat(),
        **result.content(),
    }
    return _ENCODER.encode(plain).encode()


def message_id_of(assignment: str, result_type: str, ordinal: int) -> str:
    """The id of an assignment's result: the same answer always has the same id.

    `ordinal` counts the results of this type for this assignment from 0: a second return after a
    supplement is a new message.
    """
    return _derived(f"{assignment}/{result_type}/{ordinal}")


def note_id_of(assignment: str, cause: str, note: Note) -> str:
    """The id of a note: a handler that is called again for the same message (`cause`), and says the
    same again, has said it once.
    """
    said = _ENCODER.encode([cause, note.content()])
    return _derived(f"{assignment}/{note.type}/{said}")


def _derived(name: str) -> str:
    """A UUID of version 5 (RFC 9562, section 5.5), without the detour over a value of that type."""
    made = hashlib.sha1(MESSAGE_IDS.bytes + name.encode(), usedforsecurity=False).digest()
    number = int.from_bytes(made[:16], "big")
    number = number & ~(0xF << 76 | 0x3 << 62) | 0x5 << 76 | 0x2 << 62
    digits = f"{number:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
