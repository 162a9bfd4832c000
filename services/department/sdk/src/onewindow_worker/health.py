"""The health file: what a container's or a service manager's check looks at.

The worker's own loop writes it, so that an old file means that the loop stands still.
"""

from __future__ import annotations

import json
import os
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from onewindow_worker.counts import Counts

FRESH = 15.0
"""Seconds after which a file is too old."""

PATIENCE = 60.0
"""Seconds that a worker may be without its broker and still be called healthy."""

STATES = ("connected", "reconnecting", "stopping", "standby")


class HealthFile:
    """A file that is replaced as a whole, so that nobody reads half of it; no file without path."""

    def __init__(self, path: str, department: str) -> None:
        self._path = path
        self._department = department
        self._state = ""
        self._since = _now()
        self._received = 0
        self._last_message: datetime | None = None

    def write(self, state: str, counts: Counts) -> None:
        """Say how the worker is, one of STATES; raises OSError."""
        now = _now()
        if state != self._state:
            self._state, self._since = state, now
        received = sum(counts.received.values())
        if received != self._received:
            self._received, self._last_message = received, now
        if self._path:
            self._replace(self._said(now, counts))

    def _said(self, now: datetime, counts: Counts) -> dict[str, Any]:
        return {
            "state": self._state,
            "since": _text(self._since),
            "written_at": _text(now),
            "last_message_at": self._last_message and _text(self._last_message),
            "backlog": counts.backlog,
            "department": self._department,
            "pid": os.getpid(),
        }

    def _replace(self, said: dict[str, Any]) -> None:
        draft = Path(f"{self._path}.{os.getpid()}")
        draft.write_text(json.dumps(said) + "\n", "utf-8")
        draft.replace(self._path)

    def remove(self) -> None:
        """The worker has stopped; nothing is left to be looked at."""
        if self._path and self._state:
            Path(self._path).unlink(missing_ok=True)


def verdict(
    path: str, *, within: float = FRESH, patience: float = PATIENCE
) -> tuple[bool, str, dict[str, Any]]:
    """Whether the worker is well, why, and what its file says."""
    try:
        said = json.loads(Path(path).read_text("utf-8"))
        written, since = _moment(said["written_at"]), _moment(said["since"])
        state = said["state"]
    except FileNotFoundError:
        return False, f"there is no file {path}: the worker has not started, or has stopped", {}
    except (OSError, ValueError, KeyError, TypeError) as error:
        return False, f"{path} is no health file: {error}", {}
    age = _now() - written
    if age > timedelta(seconds=within):
        return False, f"the worker has not written for {age.total_seconds():.0f} s", said
    lasts = _now() - since
    if state == "reconnecting" and lasts > timedelta(seconds=patience):
        return False, f"the broker has been away for {lasts.total_seconds():.0f} s", said
    return state in STATES, f"{state} since {said['since']}, backlog {said['backlog']}", said


def _now() -> datetime:
    # the time of the machine: this is about the process, not about any case
    return datetime.now(timezone.utc)


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no offset")
    return moment
