"""A result that a department's system posts to us, signed as our deliveries are.

Each attempt is signed anew: a signature that was here before is refused, whatever became of it.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from services.department.domain import Task
from services.department.systems import records, signing, taking
from services.department.systems.connections import Connection, Connections, Http
from services.department.systems.signing import NotSigned
from shared.delivery.work import Work
from shared.errors import Fault, Invalid
from shared.web import ijson

log = structlog.get_logger()

OpenWork = Callable[[], AbstractContextManager[Work]]


@dataclass(frozen=True, kw_only=True)
class Callback:
    """A request as it came in: three headers and the body. `at` is real time."""

    department: str
    key: str
    stamp: str
    signature: str
    body: bytes
    at: datetime


def take(open_work: OpenWork, connections: Connections, made: Callback) -> Task | None:
    """The task after the result in a callback, None for `nothing`.

    Raises NotSigned, and what `taking` raises, naming the fields as the sender does.
    """
    try:
        connection = _believed(open_work, connections, made)
    except NotSigned as error:
        log.warning("callback refused", department=made.department[:64], reason=str(error))
        raise
    document = ijson.load(made.body)
    try:
        plain = taking.mapped(document, connection.results)
        result = taking.read(
            plain, officer=connection.officer, loose=connection.results is not None
        )
        if result is None:
            return None
        with open_work() as work:
            return taking.take(work, made.department, result)
    except Invalid as error:
        raise Invalid(*in_their_words(connection, error)) from None


def _believed(open_work: OpenWork, connections: Connections, made: Callback) -> Connection:
    connection = connections.get(made.department)
    if connection is None or not isinstance(connection.way, Http):
        raise NotSigned(f"{made.department[:64]} has no system that posts results")
    signing.check(
        connection.way.keys.keys(),
        made.body,
        key=made.key,
        stamp=made.stamp,
        signed=made.signature,
        at=made.at.timestamp(),
        window=connection.way.window,
    )
    # Twice the window: a signature may be as far ahead of our clock as behind it.
    until = made.at + timedelta(seconds=2 * connection.way.window)
    with open_work() as work:
        new = records.first_time(
            work.transaction, made.department, made.signature.lower(), now=made.at, until=until
        )
    if not new:
        raise NotSigned("this very request was here before: sign each attempt anew")
    return connection


def in_their_words(connection: Connection, error: Invalid) -> tuple[Fault, ...]:
    """The faults of a result, each under the name that the sender gave the field."""
    mapping = connection.results
    if mapping is None:
        return error.faults
    return tuple(Fault(mapping.source_of(it.field), it.problem) for it in error.faults)
