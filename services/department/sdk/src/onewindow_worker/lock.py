"""One worker at a time on one journal; a second one waits, and takes over when the first is gone.

The lock is SQLite's own on a file beside the journal: the operating system frees it when a process
dies, on every platform.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from onewindow_worker.errors import JournalUnusable


class WorkerLock:
    """The lock beside a journal."""

    def __init__(self, journal: str | Path) -> None:
        self._path = f"{journal}.lock"
        self._held: sqlite3.Connection | None = None

    def take(self) -> bool:
        """Whether the lock is ours now; raises JournalUnusable where no lock can be made."""
        try:
            connection = sqlite3.connect(self._path, timeout=0, isolation_level=None)
        except sqlite3.Error as error:
            raise JournalUnusable(f"the lock {self._path} cannot be made: {error}") from error
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            connection.close()
            if "locked" in str(error):
                return False
            raise JournalUnusable(f"the lock {self._path} cannot be made: {error}") from error
        self._held = connection
        return True

    def release(self) -> None:
        """Let the next one in."""
        if self._held is not None:
            self._held.close()
            self._held = None
