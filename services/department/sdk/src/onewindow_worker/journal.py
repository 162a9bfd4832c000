"""The journal: one SQLite file in which a worker remembers its assignments and their results.

A result is in the journal before the task is acknowledged to the broker, and stays marked as unsent
until the broker has confirmed it. Several processes may write: the worker, and whoever reports a
result (see reporter.py). A transaction survives the end of the process, and a power cut too where
that matters: before something is said to the broker that cannot be said again.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from onewindow_worker.errors import JournalUnusable, NotOpen, UnknownAssignment
from onewindow_worker.journal_file import completed, created, opened
from onewindow_worker.results import Note, Result
from onewindow_worker.standing import CLOSED, NOT_CLOSED, NOTED, moved
from onewindow_worker.wire import Outgoing, body_of, message_id_of, note_id_of

_STANDING = """
SELECT standing, case_code, cause, traceparent,
    (SELECT count(*) FROM results r WHERE r.assignment = t.assignment AND r.type = ?)
FROM tasks t WHERE assignment = ?
"""

_OUTGOING = """
SELECT r.position, r.message_id, r.type, t.case_code, r.at, t.traceparent, r.body
FROM results r JOIN tasks t ON t.assignment = r.assignment
"""


class Known(NamedTuple):
    """What the journal knows of an assignment."""

    standing: str
    cause: str


class Entry(NamedTuple):
    """A result in the journal, with its place in the order of recording."""

    position: int
    outgoing: Outgoing


class Journal:
    """An open journal. One thread uses it; open another for another thread."""

    def __init__(self, connection: sqlite3.Connection, department: str) -> None:
        self._connection = connection
        self._durable = True
        self.department = department

    @classmethod
    def open(cls, path: str | Path, department: str) -> Journal:
        """Open or create the journal of a department; raises JournalUnusable."""
        connection, owner = opened(path)
        if not owner:
            owner = created(connection, department)
        if owner != department:
            connection.close()
            raise JournalUnusable(
                f"the journal {path} belongs to the department {owner}, not to {department}; "
                "give each department a journal of its own"
            )
        completed(connection)
        return cls(connection, department)

    @classmethod
    def existing(cls, path: str | Path) -> Journal:
        """Open a journal that a worker has made; raises JournalUnusable where there is none."""
        if not Path(path).exists():
            raise JournalUnusable(f"there is no journal {path}; the worker makes it when it starts")
        connection, owner = opened(path)
        if not owner:
            connection.close()
            raise JournalUnusable(f"the file {path} is no worker's journal")
        return cls(connection, owner)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[None]:
        """Everything inside is on disk when it ends, or nothing of it.

        Without `durable` a power cut may undo it, until the next durable one: for what the broker
        delivers again, or what is merely sent again.
        """
        if durable != self._durable:
            # waiting for the disk is most of what a transaction costs
            self._connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._durable = durable
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
        query = "SELECT 1 FROM results WHERE assignment = ? AND cause = ? AND type <> ?"
        return self._row(query, assignment, cause, NOTED) is not None

    def begin(self, case: str, assignment: str, cause: str, task: str, traceparent: str) -> None:
        """A handler is about to be called for the message `cause`."""
        self._connection.execute(
            "INSERT INTO tasks (assignment, case_code, standing, cause, task, traceparent,"
            " changed_at) VALUES (?, ?, 'begun', ?, ?, ?, ?) ON CONFLICT (assignment) DO UPDATE SET"
            " standing = 'begun', cause = excluded.cause, task = excluded.task,"
            " traceparent = excluded.traceparent, changed_at = excluded.changed_at",
            (assignment, case, cause, task, traceparent, _now()),
        )

    def record(self, assignment: str, result: Result, at: datetime) -> Entry | None:
        """Keep a result, to be sent. Raises UnknownAssignment and NotOpen.

        None where it is there already: the very same answer as the last one, or a note that was
        said before.
        """
        row = self._row(_STANDING, result.type, assignment)
        if row is None:
            raise UnknownAssignment(f"the journal knows no assignment {assignment}")
        standing, case, cause, traceparent, before = row
        body = body_of(result, case=case, assignment=assignment, department=self.department, at=at)
        try:
            to = moved(assignment, standing, result.type)
        except NotOpen:
            if self._repeats(assignment, result.type, body):
                return None
            raise
        if isinstance(result, Note):
            message_id = note_id_of(assignment, cause, result)
            if self._row("SELECT 1 FROM results WHERE message_id = ?", message_id) is not None:
                return None
        else:
            message_id = message_id_of(assignment, result.type, before)
        outgoing = Outgoing(
            message_id=message_id,
            type=result.type,
            case=case,
            at=int(at.timestamp()),
            traceparent=traceparent,
            body=body,
        )
        position = self._insert(assignment, cause, outgoing)
        if to != standing:
            self._move(assignment, to)
        return Entry(position=position, outgoing=outgoing)

    def _insert(self, assignment: str, cause: str, it: Outgoing) -> int:
        cursor = self._connection.execute(
            "INSERT INTO results (message_id, assignment, cause, type, at, body)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (it.message_id, assignment, cause, it.type, it.at, it.body),
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

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
        """The result that was recorded last for an assignment; a note is none."""
        query = _OUTGOING + (
            "WHERE r.assignment = ? AND r.type <> ? ORDER BY r.position DESC LIMIT 1"
        )
        row = self._row(query, assignment, NOTED)
        return None if row is None else _entry(row)

    def unsent(self, *, after: int, limit: int) -> list[Entry]:
        """Results that the broker has not confirmed, in the order in which they were recorded."""
        query = _OUTGOING + "WHERE r.sent = 0 AND r.position > ? ORDER BY r.position LIMIT ?"
        return [_entry(row) for row in self._connection.execute(query, (after, limit))]

    def sent(self, positions: Iterable[int]) -> None:
        """The broker has confirmed the results at these positions."""
        self._connection.executemany(
            "UPDATE results SET sent = 1 WHERE position = ?", [(each,) for each in positions]
        )

    def backlog(self) -> int:
        """How many results the broker has not taken."""
        return int(self._row("SELECT count(*) FROM results WHERE sent = 0")[0])

    def standings(self) -> dict[str, int]:
        """How many assignments are not closed, by their standing."""
        counted = self._connection.execute(
            "SELECT standing, count(*) FROM tasks"
            " WHERE standing NOT IN ('answered', 'cancelled') GROUP BY standing"
        )
        return {**dict.fromkeys(NOT_CLOSED, 0), **dict(counted.fetchall())}

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


def _now() -> int:
    # real time, not the case's: it only decides what is old enough to be forgotten
    return int(time.time())
