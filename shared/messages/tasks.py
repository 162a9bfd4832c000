"""What routing hands to a department: tasks, and what changes about them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.messages.parts import (
    Approval,
    CaseCode,
    HandedMaterial,
    Key,
    Limit,
    Line,
    Opinion,
    Paragraph,
    Person,
    Text,
    ToFetch,
)
from shared.messages.registry import message


def _to_department(sent: Any) -> str:
    return str(sent.department)


@message("task.assigned", exchange="tasks", sent_by={"routing"}, key=_to_department)
@dataclass(frozen=True, kw_only=True)
class TaskAssigned:
    """A department's share of a case, with exactly the fields and materials it may see.

    `assignment` names this handing-over; every answer repeats it. `to_fetch` are materials that
    the applicant was not asked for, because a department of the system has issued them.

    `approval` says whether an answer needs a second person, `extension` how much more time the
    department may ask for, once; `item_version` 0 stands for one that is not told.
    """

    case: CaseCode
    assignment: Line
    task: Key
    title: Text
    department: Key
    item: Key
    item_title: Text
    region: Line
    assigned_at: datetime
    applicant: Person | None
    form: dict[str, Any]
    materials: tuple[HandedMaterial, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    acceptance: Limit | None = None
    handling: Limit | None = None
    to_fetch: tuple[ToFetch, ...] = ()
    approval: Approval = "single"
    extension: Limit | None = None
    item_version: int = 0


@message("task.supplemented", exchange="tasks", sent_by={"routing"}, key=_to_department)
@dataclass(frozen=True, kw_only=True)
class TaskSupplemented:
    """What a department had found missing was handed in: the task as it now stands.

    `extension` is the further time that was granted to the department just now, where it was that
    which changed.
    """

    case: CaseCode
    assignment: Line
    task: Key
    department: Key
    at: datetime
    form: dict[str, Any]
    materials: tuple[HandedMaterial, ...] = ()
    note: Paragraph = ""
    extension: Limit | None = None


@message("task.cancelled", exchange="tasks", sent_by={"routing"}, key=_to_department)
@dataclass(frozen=True, kw_only=True)
class TaskCancelled:
    """The task is no longer wanted: the case was withdrawn or decided without it, the task went to
    another department, or silence approved it."""

    case: CaseCode
    assignment: Line
    task: Key
    department: Key
    at: datetime
    reason: Paragraph
