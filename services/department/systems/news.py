"""What a department's system is told about a task: assigned, supplemented, cancelled, refused.

`refused` means that routing let an answer not count, because it lacks what the item asks for: the
task is open again, and its note says why. `cancelled` also when an officer has answered the task at
the desk: its state then says what became of it, its note who answered and when. News of one task
is told in order. Pure.
"""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from services.department.domain import OPEN, Task
from services.department.schemas import TaskShown
from services.department.systems.line import grown

Kind = Literal["assigned", "supplemented", "cancelled", "refused"]
KINDS: tuple[Kind, ...] = ("assigned", "supplemented", "cancelled", "refused")
_SPACE = uuid.UUID("5f0c5b0e-6f55-4f0e-9a37-0d3c6a3c1f00")
FIRST_REFUSAL, LONGEST_REFUSAL = 10.0, 3_600.0
"""Seconds until news that the other side refused is told again."""


@dataclass(frozen=True, kw_only=True)
class News:
    """One thing to tell. `id` stays the same however often it is told.

    `attempts` counts how often it was taken up; `holder` names who has it at present, until
    `due_at`; `error` says why the last attempt failed.
    """

    id: str
    department: str
    assignment: str
    number: int
    kind: Kind
    made_at: datetime
    due_at: datetime
    attempts: int = 0
    holder: str = ""
    error: str = ""
    told_at: datetime | None = None


def id_of(kind: Kind, assignment: str, message_id: str) -> str:
    """The id of news. A task is assigned once, whoever notices it."""
    cause = "" if kind == "assigned" else message_id
    return str(uuid.uuid5(_SPACE, f"{assignment}\n{kind}\n{cause}"))


def needless(kind: Kind, task: Task, *, heard: bool) -> bool:
    """Whether news need not be told any more. `heard`: the other side may know of the task."""
    if kind == "cancelled":
        return not heard or task.state in OPEN
    return task.state not in OPEN


def pause_after_refusal(attempts: int) -> float:
    """Seconds until refused news is told again."""
    return grown(attempts, first=FIRST_REFUSAL, longest=LONGEST_REFUSAL)


def as_told(news: News, task: Task) -> Task:
    """The task with the note that goes with the news: who answered it past the system, and when."""
    if news.kind == "cancelled" and task.state in ("completed", "declined"):
        return replace(task, note=task.standing(task.changed_at.tzinfo))
    return task


def document(news: News, task: Task) -> dict[str, Any]:
    """What is told: the task as its department sees it, with `delivery` and `kind`."""
    shown: dict[str, Any] = TaskShown().dump(as_told(news, task))
    return {"delivery": news.id, "kind": news.kind, **shown}
