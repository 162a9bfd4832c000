"""A department fetches its news: each is leased to who fetched it, until it is acknowledged."""

import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.department.domain import Task
from services.department.systems import store, telling
from services.department.systems.connections import Connection, Connections, Pull
from services.department.systems.news import News, as_told
from shared.delivery.work import Work
from shared.errors import NotFound, OneWindowError

OpenWork = Callable[[], AbstractContextManager[Work]]
LOOKS = 20
"""How much that need not be told any more is passed over in one transaction."""

NOT_SET = "{} is not set to fetch its tasks; the operator can do that"


class LeaseLost(OneWindowError):
    """The lease has ended, or the delivery was acknowledged; it may be another client's by now."""


class NotFetched(OneWindowError):
    """The department does not fetch its tasks: connections.yaml says `pull` for those that do."""


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """One delivery, leased until a moment of real time."""

    news: News
    task: Task
    lease: str
    until: datetime


def connection_of(connections: Connections, department: str) -> Connection:
    """The connection of a department that fetches; raises NotFetched."""
    connection = left_of(connections, department)
    if not isinstance(connection.way, Pull):
        raise NotFetched(NOT_SET.format(department))
    return connection


def left_of(connections: Connections, department: str) -> Connection:
    """The connection of a department that has fetched, perhaps before it was connected otherwise:
    what it holds is still its to acknowledge or to give back. Raises NotFetched."""
    connection = connections.get(department)
    if connection is None:
        raise NotFetched(NOT_SET.format(department))
    return connection


def fetch(open_work: OpenWork, connection: Connection, now: datetime) -> Fetched | None:
    """The next delivery, or None where there is none at present."""
    seconds = lease_of(connection)
    for _ in range(LOOKS):
        lease = secrets.token_urlsafe(16)
        with open_work() as work:
            before = store.next_due(work.transaction, connection.department)
            if before is None or before > now:
                return None
            some = telling.take_up(work, connection, now, hold=seconds, holder=lease, limit=1)
        for news, task in some:
            until = now + timedelta(seconds=seconds)
            return Fetched(news=news, task=as_told(news, task), lease=lease, until=until)
    return None


def lease_of(connection: Connection) -> float:
    """How long a lease lasts, in seconds."""
    assert isinstance(connection.way, Pull)
    return connection.way.lease


def acknowledge(
    work: Work, connection: Connection, identity: str, lease: str, now: datetime
) -> None:
    """The client has it safely: it does not come again. Doing so twice is no mistake."""
    news = _found(work, connection, identity)
    if news.told_at is not None:
        return
    telling.told(work, connection, [_leased(news, lease, now)], now)


def prolong(
    work: Work, connection: Connection, identity: str, lease: str, now: datetime
) -> datetime:
    """The client needs longer: the lease begins anew. Until when it lasts."""
    news = _leased(_found(work, connection, identity), lease, now)
    until = now + timedelta(seconds=lease_of(connection))
    store.hold(work.transaction, news, until)
    return until


def give_back(work: Work, connection: Connection, identity: str, lease: str, now: datetime) -> None:
    """The client cannot take it: it comes again at once, to whoever asks."""
    news = _leased(_found(work, connection, identity), lease, now)
    store.put_off(work.transaction, news, now, "")


def _found(work: Work, connection: Connection, identity: str) -> News:
    news = store.find(work.transaction, connection.department, identity)
    if news is None:
        raise NotFound(f"{connection.department} has no delivery {identity[:100]}")
    return news


def _leased(news: News, lease: str, now: datetime) -> News:
    if news.told_at is not None:
        raise LeaseLost("the delivery was acknowledged")
    if not lease or news.holder != lease or news.due_at <= now:
        raise LeaseLost("the lease has ended; the delivery comes again to whoever asks first")
    return news
