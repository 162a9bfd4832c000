"""What routing keeps: the cases with their progress, and every version of an item ever published.

cases            one row a case: its columns are for questions, `progress` is the state of its tasks
applications     what was handed in, written once and with each supplement
items            the versions that cases began with; a published version never changes
refused_answers  prints of answers that did not count, to know them when they are repeated
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import sqlalchemy as sa

from services.routing.case import Case
from services.routing.documents import (
    application_of,
    application_text,
    progress_of,
    progress_text,
)
from shared.database import Moment, insert_new, insert_returning, upsert
from shared.statements import Among, Statement

metadata = sa.MetaData()

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("code", sa.String(40), primary_key=True),
    sa.Column("item", sa.String(64), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("region", sa.String(300), nullable=False),
    sa.Column("state", sa.String(40), nullable=False),
    sa.Column("number", sa.Integer(), nullable=False),
    sa.Column("moved_at", Moment(), nullable=False),
    sa.Column("decided_at", Moment()),
    sa.Column("progress", sa.Text(), nullable=False),
)
sa.Index("cases_by_state", cases.c.state)

applications = sa.Table(
    "applications",
    metadata,
    sa.Column("code", sa.String(40), primary_key=True),
    sa.Column("document", sa.Text(), nullable=False),
)

items = sa.Table(
    "items",
    metadata,
    sa.Column("item", sa.String(64), primary_key=True),
    sa.Column("version", sa.Integer(), primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("document", sa.Text(), nullable=False),
    sa.Column("published_at", Moment(), nullable=False),
)

refused_answers = sa.Table(
    "refused_answers",
    metadata,
    sa.Column("print", sa.String(16), primary_key=True),
    sa.Column("refused_at", Moment(), nullable=False, index=True),
)

KEPT_FOR = timedelta(days=90)
"""How long the print of a refused answer is kept: as long as its message id is, in the inbox."""
AT_ONCE = 2_000
"""How many prints are dropped in one transaction."""


@dataclass(frozen=True, kw_only=True)
class Version:
    """A published version of an item, as it is kept."""

    item: str
    version: int
    digest: str
    document: str
    published_at: datetime


@dataclass(frozen=True, kw_only=True)
class Moved:
    """A case before and after a step; `before` is None for a case that was not there."""

    before: Case | None
    after: Case


class Store(Protocol):
    """What the handlers need of a store. The suite tests/contract holds for every one."""

    def load(self, codes: Iterable[str]) -> dict[str, Case]:
        """The cases of these codes that are there; nobody else changes them until the commit."""

    def save(self, moved: Sequence[Moved], now: datetime) -> None:
        """Keep cases as they are after a step at `now`."""

    def versions(self) -> dict[tuple[str, int], str]:
        """The digest of every published version, by item and version."""

    def document(self, item: str, version: int) -> str | None:
        """What a published version was made from, as JSON; None if there is no such version."""

    def publish(self, versions: Sequence[Version]) -> None:
        """Keep versions that are not there yet."""

    def refuse(self, prints: Sequence[str], now: datetime) -> set[str]:
        """Keep prints of answers that do not count; returns those that are new."""


class DatabaseStore:
    """The store in the service's own database, within one transaction."""

    def __init__(self, tx: sa.Connection) -> None:
        self._tx = tx

    def load(self, codes: Iterable[str]) -> dict[str, Case]:
        rows = _CASES.rows(self._tx, codes=sorted(set(codes)))
        return {row.code: _case_of(row) for row in rows}

    def look(self, codes: Iterable[str]) -> dict[str, Case]:
        """The cases as they are just now, for somebody who only looks."""
        rows = _LOOKED_AT.rows(self._tx, codes=sorted(set(codes)))
        return {row.code: _case_of(row) for row in rows}

    def save(self, moved: Sequence[Moved], now: datetime) -> None:
        upsert(self._tx, cases, [_row_of(it.after, now) for it in moved])
        handed_in = [
            {"code": it.after.code, "document": application_text(it.after.application)}
            for it in moved
            if it.before is None or it.before.application is not it.after.application
        ]
        upsert(self._tx, applications, handed_in)

    def versions(self) -> dict[tuple[str, int], str]:
        rows = self._tx.execute(sa.select(items.c.item, items.c.version, items.c.digest))
        return {(row.item, row.version): row.digest for row in rows}

    def document(self, item: str, version: int) -> str | None:
        found = sa.select(items.c.document).where(items.c.item == item, items.c.version == version)
        return self._tx.execute(found).scalar()

    def publish(self, versions: Sequence[Version]) -> None:
        insert_new(self._tx, items, [dict(version.__dict__) for version in versions])

    def refuse(self, prints: Sequence[str], now: datetime) -> set[str]:
        self._forget_refused(now - KEPT_FOR)
        rows = [{"print": it, "refused_at": now} for it in sorted(set(prints))]
        return insert_returning(self._tx, refused_answers, rows, refused_answers.c.print)

    def _forget_refused(self, before: datetime) -> None:
        old = sa.select(refused_answers.c.print).where(refused_answers.c.refused_at < before)
        some = old.limit(AT_ONCE).with_for_update(skip_locked=True)
        self._tx.execute(sa.delete(refused_answers).where(refused_answers.c.print.in_(some)))


def _some(among: Among) -> sa.Select[Any]:
    return (
        sa.select(cases, applications.c.document)
        .join(applications, applications.c.code == cases.c.code)
        .where(among(cases.c.code, "codes"))
        .order_by(cases.c.code)
    )


_LOOKED_AT = Statement(_some)
# The lock keeps a process that was replaced from saving what its successor has moved on.
_CASES = Statement(lambda among: _some(among).with_for_update(of=cases))


def _case_of(row: Any) -> Case:
    tasks, deferrals, extended = progress_of(row.progress)
    return Case(
        code=row.code,
        item=row.item,
        version=row.version,
        region=row.region,
        number=row.number,
        state=row.state,
        decided_at=row.decided_at,
        tasks=tasks,
        deferrals=deferrals,
        extended=extended,
        application=application_of(row.document),
    )


def _row_of(case: Case, now: datetime) -> dict[str, Any]:
    return {
        "code": case.code,
        "item": case.item,
        "version": case.version,
        "region": case.region,
        "state": case.state,
        "number": case.number,
        "moved_at": now,
        "decided_at": case.decided_at,
        "progress": progress_text(case.tasks, case.deferrals, extended=case.extended),
    }
