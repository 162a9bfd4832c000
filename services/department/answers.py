"""What a department says to routing with each act, and what the law asks of it. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from services.department.task import Act, NotPossible, Said, Task
from shared.errors import Fault, Invalid
from shared.messages import (
    Material,
    Shortcoming,
    TaskAccepted,
    TaskCompleted,
    TaskDeclined,
    TaskExtensionRequested,
    TaskResumed,
    TaskReturned,
    TaskSuspended,
)


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
    if task.document.get("approval") == "two-person":
        _check_two(said)
    return "task.completed", TaskCompleted(
        **_heading(task, said, now),
        outcome=said["outcome"],
        opinion=said["opinion"],
        legal_basis=said["legal_basis"],
        conditions=tuple(said["conditions"]),
        results=dict(said["results"]),
        documents=tuple(Material(**document) for document in said["documents"]),
        approved_by=said.get("approved_by", ""),
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


def _check_two(said: Said) -> None:
    """Who drafts an answer and who approves it are two persons, where the item says so."""
    approved_by = said.get("approved_by", "").strip()
    if not approved_by:
        raise Invalid(Fault("approved_by", "is missing; a head approves this answer beside you"))
    if approved_by == said["officer"].strip():
        raise Invalid(Fault("approved_by", "is who drafted the answer; somebody else approves it"))


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


def _extension(task: Task, said: Said, now: datetime) -> tuple[str, Any]:
    """The head agrees before more time is asked for (Administrative Licensing Law, art. 42)."""
    if not task.document.get("extension"):
        raise NotPossible("the item allows no extension of this task")
    if task.clocks.extended:
        raise NotPossible("the task was extended before, and that is done once")
    if task.answer and task.answer["act"] == "extension":
        raise NotPossible("an extension was asked for already")
    _check_two(said)
    return "task.extension-requested", TaskExtensionRequested(
        **_heading(task, said, now),
        reason=said["reason"],
        legal_basis=said["legal_basis"],
        approved_by=said["approved_by"],
    )


ANSWERS: Mapping[Act, Callable[[Task, Said, datetime], tuple[str, Any]]] = {
    "acceptance": _acceptance,
    "completion": _completion,
    "return": _return,
    "decline": _decline,
    "suspension": _suspension,
    "resumption": _resumption,
    "extension": _extension,
}
"""By act: the name of the message and the message itself; raises Invalid or NotPossible."""
