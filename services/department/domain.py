"""A task on the desk: what it is, what may be done with it, and what is answered to routing.

    assigned ──► accepted ──► completed | declined
        │           │  ▲
        └───────────┤  └── supplemented, resumed
                    └──► returned | suspended

Routing may cancel a task at any time, and refuse an answer, which opens the task again. Messages
may come in any order: a task that is cancelled or supplemented before it is assigned is kept, and
shown once it is. Pure: (task, what happens, now) -> (task, message).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from typing import Any, Literal

from shared.errors import Fault, Invalid, OneWindowError
from shared.messages import (
    Material,
    Shortcoming,
    TaskAccepted,
    TaskAssigned,
    TaskCancelled,
    TaskCompleted,
    TaskDeclined,
    TaskResumed,
    TaskReturned,
    TaskSupplemented,
    TaskSuspended,
)
from shared.messages.codec import to_plain

State = Literal[
    "assigned", "accepted", "returned", "suspended", "completed", "declined", "cancelled"
]
Act = Literal["acceptance", "completion", "return", "decline", "suspension", "resumption"]
Said = Mapping[str, Any]

OPEN: tuple[State, ...] = ("assigned", "accepted", "returned", "suspended")
STATES: tuple[State, ...] = (*OPEN, "completed", "declined", "cancelled")

MOVES: Mapping[Act, tuple[tuple[State, ...], State]] = {
    "acceptance": (("assigned",), "accepted"),
    "completion": (("assigned", "accepted", "returned"), "completed"),
    "return": (("assigned", "accepted"), "returned"),
    "decline": (("assigned", "accepted", "returned"), "declined"),
    "suspension": (("assigned", "accepted"), "suspended"),
    "resumption": (("suspended",), "accepted"),
}
"""From which states an act is possible, and to which it leads."""


class Overtaken(OneWindowError):
    """Somebody else, or routing, has changed the task since it was read."""


class OtherDepartment(OneWindowError):
    """The token is one of another department."""


class NotPossible(OneWindowError):
    """The task is in a state in which this cannot be done with it."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """A task as the desk keeps it. `version` grows by one with every change.

    `assigned_at` is None for a task of which only later news has come. `document` is what the
    department may see of the case; `answer` is what it answered last; `note` says why the task is
    cancelled, or why routing refused the answer.
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

    def changed(self, now: datetime, **changes: Any) -> "Task":
        """The task after a change."""
        return replace(self, version=self.version + 1, changed_at=now, **changes)

    def in_zone(self, zone: tzinfo) -> "Task":
        """The same task with its times in a zone."""
        assigned_at = self.assigned_at and self.assigned_at.astimezone(zone)
        return replace(self, assigned_at=assigned_at, changed_at=self.changed_at.astimezone(zone))


def expected(message: TaskAssigned | TaskSupplemented | TaskCancelled, now: datetime) -> Task:
    """A task that is not known yet, before what the message says of it."""
    return Task(
        assignment=message.assignment,
        department=message.department,
        case=message.case,
        task=message.task,
        changed_at=now,
    )


def told(
    task: Task, message: TaskAssigned | TaskSupplemented | TaskCancelled, now: datetime
) -> Task:
    """The task after what routing says of it."""
    if isinstance(message, TaskAssigned):
        return _assigned(task, message, now)
    if isinstance(message, TaskSupplemented):
        return _supplemented(task, message, now)
    if task.state not in OPEN:
        return task
    return task.changed(now, state="cancelled", note=message.reason)


def _assigned(task: Task, message: TaskAssigned, now: datetime) -> Task:
    if task.assigned_at is not None:
        return task
    # What came before the assignment, though sent after it, is newer.
    document = {**to_plain(message), **task.document}
    return task.changed(now, assigned_at=message.assigned_at, document=document)


def _supplemented(task: Task, message: TaskSupplemented, now: datetime) -> Task:
    if task.state not in OPEN:
        return task
    plain = to_plain(message)
    document = {**task.document, "form": plain["form"], "materials": plain["materials"]}
    state = "accepted" if task.state == "returned" else task.state
    return task.changed(now, state=state, document=document, note=message.note)


def refused(task: Task, message_type: str, reason: str, now: datetime) -> Task:
    """The task after routing let an answer not count: open again, if that answer had closed it."""
    if task.answer is None or task.answer["type"] != message_type:
        return task
    if task.state != MOVES[task.answer["act"]][1]:
        return task
    return task.changed(now, state="accepted", answer=None, note=reason)


def act(task: Task, what: Act, said: Said, now: datetime) -> tuple[Task, Any]:
    """What an officer does with a task: the task afterwards, and the message to routing.

    `said` has `version`, the version of the task that the officer saw. Raises Overtaken,
    NotPossible, or Invalid for an answer that lacks what the law asks for.
    """
    before, after = MOVES[what]
    if task.state not in before:
        raise NotPossible(f"the task is {task.state}; {what} is possible when it is {_or(before)}")
    if said["version"] != task.version:
        raise Overtaken(
            f"the task is at version {task.version} and not {said['version']}; read it again"
        )
    type_name, message = _ANSWERS[what](task, said, now)
    answer = {"act": what, "type": type_name, **to_plain(message)}
    return task.changed(now, state=after, officer=said["officer"], answer=answer, note=""), message


def _or(states: tuple[str, ...]) -> str:
    return " or ".join(states)


def _heading(task: Task, said: Said, now: datetime) -> dict[str, Any]:
    return {
        "case": task.case,
        "assignment": task.assignment,
        "department": task.department,
        "at": now,
        "officer": said["officer"],
    }


def _acceptance(task: Task, said: Said, now: datetime) -> tuple[str, Any]:
    return "task.accepted", TaskAccepted(**_heading(task, said, now))


def _completion(task: Task, said: Said, now: datetime) -> tuple[str, Any]:
    _check_grounds(said)
    return "task.completed", TaskCompleted(
        **_heading(task, said, now),
        outcome=said["outcome"],
        opinion=said["opinion"],
        legal_basis=said["legal_basis"],
        conditions=tuple(said["conditions"]),
        results=dict(said["results"]),
        documents=tuple(Material(**document) for document in said["documents"]),
    )


def _check_grounds(said: Said) -> None:
    """A rejection states reasons and legal basis (Administrative Licensing Law, art. 38, 55)."""
    asked = {
        "rejected": ("opinion", "legal_basis"),
        "approved_with_conditions": ("conditions",),
    }.get(said["outcome"], ())
    faults = [
        Fault(name, f"is missing; the outcome is {said['outcome']}")
        for name in asked
        if not any(part.strip() for part in said[name])
    ]
    if faults:
        raise Invalid(*faults)


def _return(task: Task, said: Said, now: datetime) -> tuple[str, Any]:
    return "task.returned", TaskReturned(
        **_heading(task, said, now),
        missing=tuple(Shortcoming(**missing) for missing in said["missing"]),
        legal_basis=said["legal_basis"],
    )


def _decline(task: Task, said: Said, now: datetime) -> tuple[str, Any]:
    return "task.declined", TaskDeclined(
        **_heading(task, said, now), reason=said["reason"], proposal=said["proposal"]
    )


def _suspension(task: Task, said: Said, now: datetime) -> tuple[str, Any]:
    return "task.suspended", TaskSuspended(
        **_heading(task, said, now),
        procedure=said["procedure"],
        legal_basis=said["legal_basis"],
        days=said["days"],
    )


def _resumption(task: Task, said: Said, now: datetime) -> tuple[str, Any]:
    return "task.resumed", TaskResumed(**_heading(task, said, now), finding=said["finding"])


_ANSWERS = {
    "acceptance": _acceptance,
    "completion": _completion,
    "return": _return,
    "decline": _decline,
    "suspension": _suspension,
    "resumption": _resumption,
}
