"""The journal: one SQLite file in which a worker remembers its assignments and their results.

A result is in the journal before the task is acknowledged to the broker, and stays marked as unsent
until the broker has confirmed it. Several processes may write: the worker, and whoever reports a
result (see reporter.py). All writing is in transactions that survive a power cut (WAL,
synchronous=FULL).
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from onewindow_worker.errors import JournalUnusable, NotOpen, UnknownAssignment
from onewindow_worker.results import Result
from onewindow_worker.standing import CLOSED, moved
from onewindow_worker.wire import Outgoing, body_of, message_id_of

APPLICATION_ID = 0x4F57574A
LAYOUT = 1

_SCHEMA = f"""
CREATE TABLE owner (department TEXT NOT NULL);
CREATE TABLE tasks (
    assignment TEXT PRIMARY KEY,
    case_code TEXT NOT NULL,
    standing TEXT NOT NULL,
    cause TEXT NOT NULL,         -- id of the message that the handler was last called for
    task TEXT,                   -- JSON of the task as it now stands; NULL once it is closed
    traceparent TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    changed_at INTEGER NOT NULL  -- seconds since 1970, real time
);
CREATE TABLE results (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id TEXT NOT NULL UNIQUE,
    assignment TEXT NOT NULL,
    cause TEXT NOT NULL,
    type TEXT NOT NULL,
    at INTEGER NOT NULL,
    body BLOB NOT NULL,
    sent INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX results_of ON results (assignment);
CREATE INDEX results_unsent ON results (position) WHERE sent = 0;
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {LAYOUT};
"""

_OUTGOING = """
SELECT r.position, r.message_id, r.type, t.case_code, r.at, t.traceparent, r.body
FROM results r JOIN tasks t ON t.assignment = r.assignment
"""


class Known(NamedTuple):
    """What the journal knows of an assignment."""

    standing: str
    cause: str


@dataclass(frozen=True)
class Entry:
    """A result in the journal, with its place in the order of recording."""

    position: int
    outgoing: Outgoing


class Journal:
    """An open journal. One thread uses it; open another for another thread."""

    def __init__(self, connection: sqlite3.Connection, department: str) -> None:
        self._connection = connection
        self.department = department

    @classmethod
    def open(cls, path: str | Path, department: str) -> Journal:
        """Open or create the journal of a department; raises JournalUnusable."""
        connection, owner = _opened(path)
        if not owner:
            owner = _created(connection, department)
        if owner != department:
            connection.close()
            raise JournalUnusable(
                f"the journal {path} belongs to the department {owner}, not to {department}; "
                "give each department a journal of its own"
            )
        return cls(connection, department)

    @classmethod
    def existing(cls, path: str | Path) -> Journal:
        """Open a journal that a worker has made; raises JournalUnusable where there is none."""
        if not Path(path).exists():
            raise JournalUnusable(f"there is no journal {path}; the worker makes it when it starts")
        connection, owner = _opened(path)
        if not owner:
            connection.close()
            raise JournalUnusable(f"the file {path} is no worker's journal")
        return cls(connection, owner)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside is on disk when it ends, or nothing of it."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def known(self, assignments: Sequence[str]) -> dict[str, Known]:
        """How these assignments stand; those that the journal does not know are absent."""
        marks = ",".join("?" * len(assignments))
        rows = self._connection.execute(
            f"SELECT assignment, standing, cause FROM tasks WHERE assignment IN ({marks})",  # noqa: S608
            assignments,
        )
        return {assignment: Known(standing, cause) for assignment, standing, cause in rows}

    def task_of(self, assignment: str) -> dict[str, Any] | None:
        """The task as it stands, as JSON; None once it is closed or where it is not known."""
        row = self._row("SELECT task FROM tasks WHERE assignment = ?", assignment)
        return None if row is None or row[0] is None else json.loads(row[0])

    def answers(self, assignment: str, cause: str) -> bool:
        """Whether a result was recorded for what this message asked."""
        query = "SELECT 1 FROM results WHERE assignment = ? AND cause = ?"
        return self._row(query, assignment, cause) is not None

    def begin(self, case: str, assignment: str, cause: str, task: str, traceparent: str) -> None:
        """A handler is about to be called for the message `cause`."""
        self._connection.execute(
            "INSERT INTO tasks (assignment, case_code, standing, cause, task, traceparent,"
            " changed_at) VALUES (?, ?, 'begun', ?, ?, ?, ?) ON CONFLICT (assignment) DO UPDATE SET"
            " standing = 'begun', cause = excluded.cause, task = excluded.task,"
            " traceparent = excluded.traceparent, changed_at = excluded.changed_at",
            (assignment, case, cause, task, traceparent, _now()),
        )

    def record(self, assignment: str, result: Result, at: datetime) -> None:
        """Keep a result, to be sent. Raises UnknownAssignment and NotOpen.

        The very same answer as the last one is no error and is not sent twice.
        """
        row = self._row(
            "SELECT standing, case_code, cause FROM tasks WHERE assignment = ?", assignment
        )
        if row is None:
            raise UnknownAssignment(f"the journal knows no assignment {assignment}")
        standing, case, cause = row
        body = body_of(result, case=case, assignment=assignment, department=self.department, at=at)
        try:
            to = moved(assignment, standing, result.type)
        except NotOpen:
            if self._repeats(assignment, result.type, body):
                return
            raise
        self._connection.execute(
            "INSERT INTO results (message_id, assignment, cause, type, at, body)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                message_id_of(assignment, result.type, self._count(assignment, result.type)),
                assignment,
                cause,
                result.type,
                int(at.timestamp()),
                body,
            ),
        )
        self._move(assignment, to)

    def cancel(self, case: str, assignment: str, cause: str, reason: str) -> None:
        """The task is no longer wanted: its unsent results are dropped and no more are taken."""
        self._connection.execute(
            "INSERT INTO tasks (assignment, case_code, standing, cause, traceparent, reason,"
            " changed_at) VALUES (?, ?, 'cancelling', ?, '', ?, ?)"
            " ON CONFLICT (assignment) DO UPDATE SET standing = 'cancelling',"
            " task = NULL, cause = excluded.cause, reason = excluded.reason,"
            " changed_at = excluded.changed_at",
            (assignment, case, cause, reason, _now()),
        )
        self._connection.execute(
            "DELETE FROM results WHERE assignment = ? AND sent = 0", (assignment,)
        )

    def cancelled(self, assignment: str) -> None:
        """The department's own handler has been told of the cancellation."""
        self._move(assignment, "cancelled")

    def park(self, assignment: str) -> None:
        """The handler failed for good and the message is set aside for a person."""
        self._connection.execute(
            "UPDATE tasks SET standing = 'parked' WHERE assignment = ? AND standing = 'begun'",
            (assignment,),
        )

    def last_result(self, assignment: str) -> Entry | None:
        """The result that was recorded last for an assignment."""
        query = _OUTGOING + "WHERE r.assignment = ? ORDER BY r.position DESC LIMIT 1"
        row = self._row(query, assignment)
        return None if row is None else _entry(row)

    def unsent(self, *, after: int, limit: int) -> list[Entry]:
        """Results that the broker has not confirmed, in the order in which they were recorded."""
        query = _OUTGOING + "WHERE r.sent = 0 AND r.position > ? ORDER BY r.position LIMIT ?"
        return [_entry(row) for row in self._connection.execute(query, (after, limit))]

    def sent(self, message_ids: Iterable[str]) -> None:
        """The broker has confirmed these results."""
        self._connection.executemany(
            "UPDATE results SET sent = 1 WHERE message_id = ?", [(each,) for each in message_ids]
        )

    def forget(self, *, older_than: float) -> None:
        """Drop what was closed or set aside `older_than` seconds ago, if it has been sent."""
        self._connection.execute(
            "DELETE FROM tasks WHERE changed_at < ?"
            " AND standing IN ('answered', 'cancelled', 'parked')"
            " AND NOT EXISTS (SELECT 1 FROM results r WHERE r.assignment = tasks.assignment"
            " AND r.sent = 0)",
            (_now() - int(older_than),),
        )
        self._connection.execute(
            "DELETE FROM results WHERE assignment NOT IN (SELECT assignment FROM tasks)"
        )

    def _row(self, query: str, *values: Any) -> Any:
        return self._connection.execute(query, values).fetchone()

    def _count(self, assignment: str, result_type: str) -> int:
        query = "SELECT count(*) FROM results WHERE assignment = ? AND type = ?"
        return int(self._row(query, assignment, result_type)[0])

    def _repeats(self, assignment: str, result_type: str, body: bytes) -> bool:
        last = self.last_result(assignment)
        if last is None or last.outgoing.type != result_type:
            return False
        before, now = json.loads(last.outgoing.body), json.loads(body)
        return {**before, "at": ""} == {**now, "at": ""}

    def _move(self, assignment: str, standing: str) -> None:
        # a closed task's papers are not kept: the applicant's data stay no longer than needed
        closing = ", task = NULL" if standing in CLOSED else ""
        self._connection.execute(
            f"UPDATE tasks SET standing = ?, changed_at = ?{closing} WHERE assignment = ?",  # noqa: S608
            (standing, _now(), assignment),
        )


def _entry(row: Any) -> Entry:
    position, message_id, kind, case, at, traceparent, body = row
    return Entry(
        position=position,
        outgoing=Outgoing(
            message_id=message_id, type=kind, case=case, at=at, traceparent=traceparent, body=body
        ),
    )


def _opened(path: str | Path) -> tuple[sqlite3.Connection, str]:
    """The file and the department that owns it; raises JournalUnusable."""
    try:
        connection = sqlite3.connect(str(path), timeout=30, isolation_level=None)
    except sqlite3.Error as error:
        raise JournalUnusable(f"the journal {path} cannot be opened: {error}") from error
    try:
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
            connection.execute(f"PRAGMA {pragma}")
        return connection, _owner(connection)
    except sqlite3.Error as error:
        connection.close()
        raise JournalUnusable(f"the journal {path} cannot be opened: {error}") from error


def _owner(connection: sqlite3.Connection) -> str:
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        return ""
    layout = connection.execute("PRAGMA user_version").fetchone()[0]
    if layout > LAYOUT:
        raise sqlite3.DatabaseError(f"it was written by a newer onewindow-worker (layout {layout})")
    return str(connection.execute("SELECT department FROM owner").fetchone()[0])


def _created(connection: sqlite3.Connection, department: str) -> str:
    connection.executescript(f"BEGIN IMMEDIATE; {_SCHEMA}")
    connection.execute("INSERT INTO owner VALUES (?)", (department,))
    connection.execute("COMMIT")
    return department


def _now() -> int:
    # real time, not the case's: it only decides what is old enough to be forgotten
    return int(time.time())
