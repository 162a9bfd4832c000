"""The journal's file: made, opened and told apart from other files."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from onewindow_worker.errors import JournalUnusable

APPLICATION_ID = 0x4F57574A
LAYOUT = 1

_OPEN = """
CREATE INDEX IF NOT EXISTS tasks_open ON tasks (standing)
    WHERE standing NOT IN ('answered', 'cancelled');
"""
"""By which the few open ones are counted among those of 90 days; added since version 0.1.0."""

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
{_OPEN}
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {LAYOUT};
"""


def opened(path: str | Path) -> tuple[sqlite3.Connection, str]:
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


def completed(connection: sqlite3.Connection) -> None:
    """Add what a journal of an older version lacks."""
    connection.execute(_OPEN)


def created(connection: sqlite3.Connection, department: str) -> str:
    """Make an empty journal of a department; returns the department."""
    connection.executescript(f"BEGIN IMMEDIATE; {_SCHEMA}")
    connection.execute("INSERT INTO owner VALUES (?)", (department,))
    connection.execute("COMMIT")
    return department
