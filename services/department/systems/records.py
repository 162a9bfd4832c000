"""What is remembered about requests, polls, files and results that broke a rule."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.department.domain import OPEN
from services.department.store import tasks
from services.department.systems import tables
from shared.database import insert_new, insert_returning, storable
from shared.errors import Fault

ALL = "*"
"""The poll that asks for every result of a department at once."""
SHOWN = 100
KEPT = 1_000
"""Problems that are kept of a department; the oldest go."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A result that broke a rule: how often, and when last."""

    assignment: str
    field: str
    problem: str
    times: int
    last_at: datetime


@dataclass(frozen=True, kw_only=True)
class TakenFile:
    """How far a file with results was taken. `faults` are (row, field, problem)."""

    digest: str
    name: str
    rows_done: int
    faults: list[tuple[int, str, str]]
    done_at: datetime | None


def first_time(
    tx: sa.Connection, department: str, signature: str, *, now: datetime, until: datetime
) -> bool:
    """Remember a signature until it has expired; False when it was here before."""
    tx.execute(sa.delete(tables.seen).where(tables.seen.c.until < now))
    row = {"department": department, "signature": signature, "until": until}
    return bool(insert_returning(tx, tables.seen, [row], tables.seen.c.signature))


def ask_for(tx: sa.Connection, department: str, assignments: Iterable[str], at: datetime) -> None:
    """Have results of these asked for, from a moment on."""
    for assignment in assignments:
        row = {"department": department, "assignment": assignment, "due_at": at, "seen": ""}
        insert_new(tx, tables.polls, [row])
        _change_poll(tx, department, assignment, due_at=at)


def ask_for_unasked(
    tx: sa.Connection, department: str, at: datetime, *, each: bool, limit: int
) -> int:
    """Have results asked for of open tasks that were told but never asked for, from a moment on;
    of how many, at most `limit`. Unless `each` is asked for, it is one question for all."""
    told = sa.exists().where(
        tables.news.c.assignment == tasks.c.assignment, tables.news.c.told_at.is_not(None)
    )
    named: Any = tasks.c.assignment if each else ALL
    asked = sa.exists().where(
        tables.polls.c.department == department, tables.polls.c.assignment == named
    )
    query = sa.select(tasks.c.assignment).where(
        tasks.c.department == department, tasks.c.state.in_(OPEN), told, ~asked
    )
    found = tx.execute(query.limit(limit if each else 1)).scalars().all()
    ask_for(tx, department, found if each else [ALL for _ in found], at)
    return len(found)


def polls_due(
    tx: sa.Connection, department: str, now: datetime, *, following: datetime, limit: int
) -> list[tuple[str, str]]:
    """Assignments to be asked for, longest waiting first, each with the digest of what was seen
    last; they are due again at `following`."""
    polls = tables.polls
    query = (
        sa.select(polls.c.assignment, polls.c.seen)
        .where(polls.c.department == department, polls.c.due_at <= now)
        .order_by(polls.c.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = [(row.assignment, row.seen) for row in tx.execute(query)]
    for assignment, _ in found:
        _change_poll(tx, department, assignment, due_at=following)
    return found


def next_poll(tx: sa.Connection, department: str) -> datetime | None:
    """When the next result is to be asked for."""
    query = sa.select(sa.func.min(tables.polls.c.due_at))
    return tx.execute(query.where(tables.polls.c.department == department)).scalar()


def last_seen(tx: sa.Connection, department: str, assignment: str) -> str:
    """The digest of the result that was seen last of a task; empty if none was."""
    query = sa.select(tables.polls.c.seen).where(*_poll(department, assignment))
    return tx.execute(query).scalar() or ""


def saw(tx: sa.Connection, department: str, assignment: str, digest: str, *, at_rest: bool) -> None:
    """Remember what was seen; `at_rest`: the task is not asked for until there is news of it."""
    row = {"department": department, "assignment": assignment, "due_at": None, "seen": digest}
    insert_new(tx, tables.polls, [row])
    changes: dict[str, Any] = {"seen": digest, **({"due_at": None} if at_rest else {})}
    _change_poll(tx, department, assignment, **changes)


def _change_poll(tx: sa.Connection, department: str, assignment: str, **values: Any) -> None:
    tx.execute(sa.update(tables.polls).where(*_poll(department, assignment)).values(**values))


def _poll(department: str, assignment: str) -> tuple[Any, Any]:
    return tables.polls.c.department == department, tables.polls.c.assignment == assignment


def note_problems(
    tx: sa.Connection, department: str, assignment: str, faults: Sequence[Fault], now: datetime
) -> None:
    """Record what was wrong with a result; the same again is counted."""
    for fault in faults:
        text = f"{assignment}\n{fault.field}\n{fault.problem}"
        identity = hashlib.sha256(storable(text).encode()).hexdigest()
        row = {
            "department": department,
            "id": identity,
            "assignment": storable(assignment)[:300],
            "field": storable(fault.field)[:300],
            "problem": storable(fault.problem)[:2_000],
            "times": 0,
            "last_at": now,
        }
        insert_new(tx, tables.problems, [row])
        same = tables.problems.c.department == department, tables.problems.c.id == identity
        counted = sa.update(tables.problems).where(*same)
        tx.execute(counted.values(times=tables.problems.c.times + 1, last_at=now))
    if faults:
        _forget_old_problems(tx, department)


def _forget_old_problems(tx: sa.Connection, department: str) -> None:
    problems = tables.problems
    of_it = problems.c.department == department
    oldest = sa.select(problems.c.last_at).where(of_it).order_by(problems.c.last_at.desc())
    limit = tx.execute(oldest.offset(KEPT).limit(1)).scalar()
    if limit is not None:
        tx.execute(sa.delete(problems).where(of_it, problems.c.last_at <= limit))


def problems_of(tx: sa.Connection, department: str) -> list[Problem]:
    """The problems of a department, newest first."""
    problems = tables.problems
    query = sa.select(
        problems.c.assignment,
        problems.c.field,
        problems.c.problem,
        problems.c.times,
        problems.c.last_at,
    ).where(problems.c.department == department)
    rows = tx.execute(query.order_by(problems.c.last_at.desc()).limit(SHOWN))
    return [Problem(**row._mapping) for row in rows]


def file_of(tx: sa.Connection, department: str, digest: str, name: str, now: datetime) -> TakenFile:
    """How far a file was taken, locked; noted when it is new."""
    files = tables.files
    row = {
        "department": department,
        "digest": digest,
        "name": storable(name)[:300],
        "rows_done": 0,
        "faults": [],
        "begun_at": now,
        "done_at": None,
    }
    insert_new(tx, files, [row])
    query = sa.select(
        files.c.digest, files.c.name, files.c.rows_done, files.c.faults, files.c.done_at
    ).where(files.c.department == department, files.c.digest == digest)
    return TakenFile(**tx.execute(query.with_for_update()).one()._mapping)


def keep_file(tx: sa.Connection, department: str, digest: str, **values: Any) -> None:
    """Keep how far a file was taken: `rows_done`, `faults`, `done_at`."""
    same = tables.files.c.department == department, tables.files.c.digest == digest
    tx.execute(sa.update(tables.files).where(*same).values(**values))
