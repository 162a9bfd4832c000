"""A task on the desk: what it is, what may be done with it, and what is answered to routing.

    assigned ──► accepted ──► completed | declined
        │           │  ▲
        └───────────┤  └── supplemented, resumed
                    └──► returned | suspended

An extension is asked for while a task is accepted, and leaves it so. Routing may cancel a task at
any time, and refuse an answer, which opens the task again. Messages may come in any order: a task
that is cancelled or supplemented before it is assigned is kept, and shown once it is.

Pure: (task, what happens, now) -> (task, message). The task itself stands in `task`, what is said
to routing in `answers`, what officers do among each other in `desk`.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from services.department.answers import ANSWERS
from services.department.desk.clocks import Clocks
from services.department.task import (
    OPEN,
    STATES,
    Act,
    Entry,
    NotPossible,
    OtherDepartment,
    Overtaken,
    Said,
    State,
    Task,
)
from shared.messages import TaskAssigned, TaskCancelled, TaskSupplemented
from shared.messages.codec import to_plain

__all__ = [
    "MOVES",
    "OPEN",
    "STATES",
    "Act",
    "Entry",
    "NotPossible",
    "OtherDepartment",
    "Overtaken",
    "Said",
    "State",
    "Task",
    "act",
    "expected",
    "refused",
    "told",
]

MOVES: Mapping[Act, tuple[tuple[State, ...], State]] = {
    "acceptance": (("assigned",), "accepted"),
    "completion": (("assigned", "accepted", "returned"), "completed"),
    "return": (("assigned", "accepted"), "returned"),
    "decline": (("assigned", "accepted", "returned"), "declined"),
    "suspension": (("assigned", "accepted"), "suspended"),
    "resumption": (("suspended",), "accepted"),
    "extension": (("accepted",), "accepted"),
}
"""From which states an act is possible, and to which it leads."""


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
    return task.changed(now, what="cancelled", state="cancelled", note=message.reason, draft=None)


def _assigned(task: Task, message: TaskAssigned, now: datetime) -> Task:
    if task.assigned_at is not None:
        return task
    # What came before the assignment, though sent after it, is newer.
    document = {**to_plain(message), **task.document}
    clocks = replace(
        task.clocks,
        region=message.region,
        started=message.assigned_at,
        acceptance=message.acceptance,
        handling=message.handling,
    )
    return task.changed(
        now,
        what="assigned",
        assigned_at=message.assigned_at,
        document=document,
        clocks=clocks,
    )


def _supplemented(task: Task, message: TaskSupplemented, now: datetime) -> Task:
    if task.state not in OPEN:
        return task
    plain = to_plain(message)
    document = {**task.document, "form": plain["form"], "materials": plain["materials"]}
    if message.extension is not None:
        clocks = task.clocks.extend(message.extension)
        return task.changed(now, what="extended", document=document, clocks=clocks)
    state, clocks = task.state, task.clocks
    if state == "returned":
        state, clocks = "accepted", clocks.run(message.at)
    return task.changed(
        now,
        what="supplemented",
        state=state,
        document=document,
        clocks=clocks,
        note=message.note,
        draft=_overtaken(task.draft, message.note),
    )


def _overtaken(draft: Mapping[str, Any] | None, note: str) -> Mapping[str, Any] | None:
    """A draft that waits goes back to who drafted it: it was about another application."""
    if draft is None or draft.get("sent_back_by"):
        return draft
    return {**draft, "comment": note or "the application was supplemented", "sent_back_by": "-"}


def refused(task: Task, message_type: str, reason: str, now: datetime) -> Task:
    """The task after routing let an answer not count: open again, if that answer had closed it."""
    if task.answer is None or task.answer["type"] != message_type:
        return task
    if task.state != MOVES[task.answer["act"]][1]:
        return task
    clocks = replace(task.clocks, stops=task.clocks.stops[:-1])
    return task.changed(
        now,
        what="refused",
        state="accepted",
        answer=None,
        note=reason,
        clocks=clocks if task.state in ("returned", "suspended") else task.clocks,
    )


def act(task: Task, what: Act, said: Said, now: datetime) -> tuple[Task, Any]:
    """What an officer does with a task: the task afterwards, and the message to routing.

    `said` has `version`, the version of the task that the officer saw. Raises Overtaken,
    NotPossible, or Invalid for an answer that lacks what the law asks for.
    """
    before, after = MOVES[what]
    if task.state not in before:
        standing = task.standing(now.tzinfo)
        raise NotPossible(f"{standing}; {what} is possible when it is {_or(before)}")
    if said["version"] != task.version:
        raise Overtaken(
            f"the task is at version {task.version} and not {said['version']}; read it again"
        )
    type_name, message = ANSWERS[what](task, said, now)
    changed = task.changed(
        now,
        what=what,
        by=said.get("approved_by") or said["officer"],
        state=after,
        officer=said["officer"],
        answer={"act": what, "type": type_name, **to_plain(message)},
        note="",
        draft=None,
        clocks=_clocks(task.clocks, what, now),
    )
    return changed, message


def _clocks(clocks: Clocks, what: Act, now: datetime) -> Clocks:
    """Returning and suspending stop the time, resuming lets it run (art. 45)."""
    if what in ("return", "suspension"):
        return clocks.stop(now)
    return clocks.run(now) if what == "resumption" else clocks


def _or(states: tuple[str, ...]) -> str:
    return " or ".join(states)
