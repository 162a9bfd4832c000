"""Notices and their rows. Each function is a fixed number of statements, however many there are."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.supervision.notices.notice import Due, Notice
from services.supervision.notices.tables import WITHDRAWN, notices, waits
from services.supervision.tables import alerts
from shared.database import Moment
from shared.jsontext import text_of
from shared.messages.parts import Text
from shared.rows import insert, update
from shared.statements import Statement

Key = tuple[str, str]
"""The alert and the person."""


def add(tx: sa.Connection, new: Iterable[Notice]) -> None:
    """Keep new notices."""
    insert(tx, notices, [_row(notice) for notice in new])


def people_due(tx: sa.Connection, now: datetime, limit: int) -> list[str]:
    """Who has a notice whose moment has come, whoever has waited longest first."""
    return [row.person for row in _PEOPLE.rows(tx, now=now, most=limit)]


_PEOPLE = Statement(
    lambda _among: (
        sa.select(notices.c.person)
        .where(
            waits,
            notices.c.next_at <= sa.bindparam("now", type_=Moment()),
        )
        .group_by(notices.c.person)
        .order_by(sa.func.min(notices.c.next_at), notices.c.person)
        .limit(sa.bindparam("most", type_=sa.Integer()))
    )
)


def due(tx: sa.Connection, person: str, until: datetime, limit: int) -> list[Due]:
    """A person's notices whose moment comes before `until`, locked, oldest first; those that
    somebody else has locked are passed over."""
    statement = (
        sa.select(notices, alerts.c.body)
        .join(alerts, alerts.c.id == notices.c.alert)
        .where(waits, notices.c.person == person, notices.c.next_at <= until)
        .order_by(notices.c.queued_at, notices.c.alert)
        .limit(limit)
        .with_for_update(of=notices, skip_locked=True)
    )
    return [Due(notice=_notice(row), body=row.body) for row in tx.execute(statement)]


def locked(tx: sa.Connection, ids: Collection[str], person: str | None = None) -> dict[Key, Notice]:
    """The notices of these alerts, all or one person's, locked in one order, so that nobody else
    settles one of them meanwhile."""
    statement = (
        sa.select(notices)
        .where(notices.c.alert.in_(ids))
        .order_by(notices.c.alert, notices.c.person)
        .with_for_update()
    )
    if person is not None:
        statement = statement.where(notices.c.person == person)
    return {(row.alert, row.person): _notice(row) for row in tx.execute(statement)}


def save(tx: sa.Connection, changed: Sequence[Notice]) -> None:
    """Keep notices as they are now; their rows are locked."""
    update(tx, notices, [_row(notice) for notice in changed])


def withdraw(tx: sa.Connection, alert: str) -> None:
    """Whoever has not been told of an alert yet need not be."""
    own = sa.and_(notices.c.alert == alert, waits)
    tx.execute(sa.update(notices).where(own).values(state=WITHDRAWN))


def of_alerts(tx: sa.Connection, ids: Collection[str]) -> dict[str, list[Notice]]:
    """The notices of each of these alerts that has some, by person."""
    found: dict[str, list[Notice]] = {}
    statement = sa.select(notices).where(notices.c.alert.in_(ids)).order_by(notices.c.person)
    for row in tx.execute(statement) if ids else ():
        found.setdefault(row.alert, []).append(_notice(row))
    return found


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """How many notices wait whose moment has come, and since when; and how many wait for it."""

    waiting: int
    since: datetime | None
    later: int


def backlog(tx: sa.Connection, now: datetime) -> Backlog:
    """What is still to be told at `now`."""
    late = notices.c.next_at <= now
    counted = sa.select(
        sa.func.count().filter(late),
        sa.func.min(notices.c.next_at).filter(late),
        sa.func.count().filter(~late),
    ).where(waits)
    waiting, since, later = tx.execute(counted).one()
    return Backlog(waiting=waiting, since=since, later=later)


def _row(notice: Notice) -> dict[str, Any]:
    return {
        "alert": notice.alert,
        "person": notice.person,
        "name": notice.name,
        "why": text_of([notice.why.zh, notice.why.en]),
        "channels": text_of(notice.channels),
        "place": notice.place,
        "attempts": notice.attempts,
        "urgent": notice.urgent,
        "queued_at": notice.queued_at,
        "next_at": notice.next_at,
        "digest": notice.digest,
        "state": notice.state,
        "told_at": notice.told_at,
        "error": notice.error,
    }


def _notice(row: Any) -> Notice:
    zh, en = json.loads(row.why)
    return Notice(
        alert=row.alert,
        person=row.person,
        name=row.name,
        why=Text(zh=zh, en=en),
        channels=tuple(json.loads(row.channels)),
        place=row.place,
        attempts=row.attempts,
        urgent=row.urgent,
        queued_at=row.queued_at,
        next_at=row.next_at,
        digest=row.digest,
        state=row.state,
        told_at=row.told_at,
        error=row.error,
    )
