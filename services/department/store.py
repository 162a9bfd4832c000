"""The tables of the tasks and tokens, and how tasks go in and come out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.department.desk.clocks import clocks_of, plain_of
from services.department.desk.search import words_of
from services.department.domain import Entry, Task
from shared.database import Document, Moment, upsert

metadata = sa.MetaData()

tasks = sa.Table(
    "tasks",
    metadata,
    sa.Column("assignment", sa.String(300), primary_key=True),
    sa.Column("department", sa.String(64), nullable=False),
    sa.Column("case_code", sa.String(40), nullable=False),
    sa.Column("task", sa.String(64), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("assigned_at", Moment()),
    sa.Column("changed_at", Moment(), nullable=False),
    sa.Column("officer", sa.String(300), nullable=False),
    sa.Column("document", Document, nullable=False),
    sa.Column("answer", Document),
    sa.Column("note", sa.Text(), nullable=False),
    sa.Column("holder", sa.String(100), nullable=False),
    sa.Column("holder_name", sa.String(300), nullable=False),
    sa.Column("draft", Document),
    sa.Column("drafted_by", sa.String(100), nullable=False),
    sa.Column("clocks", Document, nullable=False),
    sa.Column("log", Document, nullable=False),
    sa.Column("words", sa.Text(), nullable=False),
)
sa.Index("tasks_of_a_department", tasks.c.department, tasks.c.assigned_at, tasks.c.assignment)

tokens = sa.Table(
    "tokens",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("department", sa.String(64), nullable=False),
    sa.Column("label", sa.String(100), nullable=False),
    sa.Column("made_at", Moment(), nullable=False),
    sa.Column("revoked_at", Moment()),
    sa.Column("opens_until", Moment()),
)

MOST = 500


@dataclass(frozen=True, kw_only=True)
class Token:
    """An API token as it is kept: the digest names it, the token itself is not here.

    One that was replaced is honoured until `opens_until`. One that was revoked opens nothing,
    whatever the clocks of the machines say.
    """

    digest: str
    department: str
    label: str
    made_at: datetime
    revoked_at: datetime | None = None
    opens_until: datetime | None = None

    def opens(self, now: datetime) -> bool:
        """Whether it opens anything at a moment."""
        honoured = self.opens_until is None or self.opens_until > now
        return honoured and self.revoked_at is None


def tasks_under(
    tx: sa.Connection, assignments: Iterable[str], *, to_change: bool = False
) -> dict[str, Task]:
    """The tasks under these assignments; locked, in one order, when they are to be changed."""
    query = (
        sa.select(tasks)
        .where(tasks.c.assignment.in_(sorted(set(assignments))))
        .order_by(tasks.c.assignment)
    )
    rows = tx.execute(query.with_for_update() if to_change else query)
    return {row.assignment: _task(row) for row in rows}


def tasks_of(
    tx: sa.Connection, department: str, *, states: Sequence[str], after: str, limit: int
) -> list[Task]:
    """A department's tasks in these states, the oldest first, beginning after an assignment."""
    query = sa.select(tasks).where(
        tasks.c.department == department,
        tasks.c.assigned_at.is_not(None),
        tasks.c.state.in_(states),
    )
    if after:
        last = sa.select(tasks.c.assigned_at).where(tasks.c.assignment == after).scalar_subquery()
        place = sa.tuple_(tasks.c.assigned_at, tasks.c.assignment)
        query = query.where(place > sa.tuple_(last, sa.literal(after)))
    rows = tx.execute(query.order_by(tasks.c.assigned_at, tasks.c.assignment).limit(limit))
    return [_task(row) for row in rows]


def mark_of(tx: sa.Connection, department: str) -> str:
    """What changes whenever any task of a department does."""
    last, number = tx.execute(
        sa.select(sa.func.max(tasks.c.changed_at), sa.func.sum(tasks.c.version)).where(
            tasks.c.department == department, tasks.c.assigned_at.is_not(None)
        )
    ).one()
    return f"{last.timestamp() if last else 0}-{number or 0}"


def keep(tx: sa.Connection, changed: Iterable[Task]) -> None:
    """Keep tasks as they are now."""
    upsert(tx, tasks, [_row(task) for task in changed])


def add_token(tx: sa.Connection, token: Token) -> None:
    """Keep a token that was just made."""
    tx.execute(sa.insert(tokens), dict(vars(token)))


def tokens_of(tx: sa.Connection, department: str) -> list[Token]:
    """Every token of a department, also those that are revoked, in the order of their making."""
    rows = tx.execute(
        sa.select(tokens)
        .where(tokens.c.department == department)
        .order_by(tokens.c.made_at, tokens.c.digest)
    )
    return [Token(**row._mapping) for row in rows]


def revoke(tx: sa.Connection, digest: str, now: datetime) -> bool:
    """Let a token open nothing any more; False when there is none that is not revoked."""
    done = tx.execute(
        sa.update(tokens)
        .where(tokens.c.digest == digest, tokens.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return bool(done.rowcount)


def honour_until(tx: sa.Connection, digest: str, until: datetime) -> None:
    """Let a token open nothing from a moment on; one that ends sooner still does."""
    tx.execute(
        sa.update(tokens).where(tokens.c.digest == digest, _opens(until)).values(opens_until=until)
    )


def department_with(tx: sa.Connection, digest: str, now: datetime) -> str | None:
    """The department that a token stands for."""
    return tx.execute(
        sa.select(tokens.c.department).where(tokens.c.digest == digest, _opens(now))
    ).scalar()


def _opens(at: datetime) -> sa.ColumnElement[bool]:
    honoured = sa.or_(tokens.c.opens_until.is_(None), tokens.c.opens_until > at)
    return sa.and_(honoured, tokens.c.revoked_at.is_(None))


def _task(row: sa.Row[Any]) -> Task:
    plain = dict(row._mapping)
    del plain["words"], plain["drafted_by"]
    clocks, log = clocks_of(plain.pop("clocks")), plain.pop("log")
    return Task(
        case=plain.pop("case_code"), clocks=clocks, log=tuple(_entry(it) for it in log), **plain
    )


def _entry(plain: Sequence[Any]) -> Entry:
    version, at, by, what = plain
    return Entry(version=version, at=datetime.fromisoformat(at), by=by, what=what)


def _row(task: Task) -> dict[str, Any]:
    row = dict(vars(task))
    row["case_code"] = row.pop("case")
    row["clocks"] = plain_of(task.clocks)
    row["log"] = [[it.version, it.at.isoformat(), it.by, it.what] for it in task.log]
    row["drafted_by"] = task.waits_for
    row["words"] = words_of(task.case, task.document, (task.officer, task.holder_name))
    return row
