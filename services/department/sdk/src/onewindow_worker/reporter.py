"""Reporting a result from anywhere: another thread, another program, days later.

The result goes into the journal; the worker sends it, at once if it runs, otherwise when it starts.
So reporting needs no broker and succeeds also while the broker is away.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

from onewindow_worker.journal import Journal
from onewindow_worker.results import Note, Result, resume


def real_clock() -> datetime:
    """The time of this machine, in UTC."""
    return datetime.now(timezone.utc)


class Reporter:
    """Writes results into a worker's journal. Any thread may use it."""

    def __init__(self, journal: str | Path, *, clock: Callable[[], datetime] = real_clock) -> None:
        self._path = journal
        self._clock = clock

    def complete(self, assignment: str, result: Result) -> None:
        """Answer an assignment; when this returns, the result is on disk and will be sent.

        The very same answer again is no error. Raises UnknownAssignment, NotOpen (answered
        otherwise, cancelled, suspended), JournalUnusable.
        """
        journal = Journal.existing(self._path)
        try:
            with journal.transaction():
                journal.record(assignment, result, self._clock())
        finally:
            journal.close()

    def progress(
        self, assignment: str, note: str, *, percent: int | None = None, officer: str = ""
    ) -> None:
        """Say how far the work on an assignment is. It stops no clock and answers nothing.

        The same note again is not sent again. Raises as `complete` does, and InvalidResult.
        """
        self.complete(assignment, Note(note, percent, officer))

    def resume(self, assignment: str, finding: str = "", *, officer: str = "") -> None:
        """The special procedure is over; the clocks run on, and `complete` may follow."""
        self.complete(assignment, resume(finding, officer=officer))
