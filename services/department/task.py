"""A task as the desk keeps it: a value, its states, and what can go wrong with it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from typing import Any, Literal

from services.department.desk.clocks import Clocks
from shared.errors import OneWindowError

State = Literal[
    "assigned", "accepted", "returned", "suspended", "completed", "declined", "cancelled"
]
Act = Literal[
    "acceptance", "completion", "return", "decline", "suspension", "resumption", "extension"
]
Said = Mapping[str, Any]

OPEN: tuple[State, ...] = ("assigned", "accepted", "returned", "suspended")
STATES: tuple[State, ...] = (*OPEN, "completed", "declined", "cancelled")


class Overtaken(OneWindowError):
    """Somebody else, or routing, has changed the task since it was read."""


class OtherDepartment(OneWindowError):
    """The token is one of another department."""


class NotPossible(OneWindowError):
    """The task is in a state in which this cannot be done with it."""


NEVER = Clocks()

LONGEST_LOG = 100
"""Entries of a task's log that are kept."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What made a version of a task: an act, a message or what officers do among each other.

    `by` is empty where it was routing.
    """

    version: int
    at: datetime
    by: str
    what: str


@dataclass(frozen=True, kw_only=True)
class Task:
    """A task as the desk keeps it. `version` grows by one with every change.

    `assigned_at` is None for a task of which only later news has come. `document` is what the
    department may see of the case; `answer` is what it answered last; `note` says why the task is
    cancelled, or why routing refused the answer. `holder` is the account of the officer who has
    claimed it, `draft` an answer that waits for the head (see desk.drafts), `log` who did what.
    """

    assignment: str
    department: str
    case: str
    task: str
    state: State = "assigned"
    version: int = 0
    assigned_at: datetime | None = None
    changed_at: datetime
    officer: str = ""
    document: Mapping[str, Any] = field(default_factory=dict)
    answer: Mapping[str, Any] | None = None
    note: str = ""
    holder: str = ""
    holder_name: str = ""
    draft: Mapping[str, Any] | None = None
    clocks: Clocks = NEVER
    log: tuple[Entry, ...] = ()

    @property
    def taken_up(self) -> bool:
        """Whether the department has taken the task up, so that its acceptance clock has ended."""
        return self.state != "assigned"

    @property
    def waits_for(self) -> str:
        """The account of whoever drafted what waits for a head; empty where nothing does."""
        draft = self.draft or {}
        return "" if draft.get("sent_back_by") else str(draft.get("by", ""))

    def standing(self, zone: tzinfo | None) -> str:
        """In what state the task is, as a clause; of one that is over, since when and by whom."""
        if self.state in OPEN:
            return f"the task is {self.state}"
        at = f"{self.changed_at.astimezone(zone):%Y-%m-%d %H:%M}"
        if self.state == "cancelled" or self.answer is None:
            return f"the task was {self.state} on {at}"
        approved_by = self.answer.get("approved_by", "")
        by = f"{self.officer}, approved by {approved_by}," if approved_by else self.officer
        return f"the task was {self.state} by {by} on {at}"

    def changed(self, now: datetime, *, what: str, by: str = "", **changes: Any) -> "Task":
        """The task after a change, which its log keeps."""
        version = self.version + 1
        entry = Entry(version=version, at=now, by=by, what=what)
        log = (*self.log, entry)[-LONGEST_LOG:]
        return replace(self, version=version, changed_at=now, log=log, **changes)

    def in_zone(self, zone: tzinfo) -> "Task":
        """The same task with its times in a zone."""
        assigned_at = self.assigned_at and self.assigned_at.astimezone(zone)
        return replace(self, assigned_at=assigned_at, changed_at=self.changed_at.astimezone(zone))
