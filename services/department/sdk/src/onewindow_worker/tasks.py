"""What a department is handed: a task, and what changes about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from onewindow_worker.fields import Fields
from onewindow_worker.parts import (
    Limit,
    Material,
    Opinion,
    Person,
    Text,
    ToFetch,
    read_limit,
    read_material,
    read_opinion,
    read_person,
    read_text,
    read_to_fetch,
)
from onewindow_worker.results import Note


@dataclass(frozen=True)
class Task:
    """A department's share of a case, as it now stands.

    `assignment` names this handing-over and is unique: use it as the key of whatever the
    department records. `supplemented` says that the handler sees the task again because the
    applicant handed something in; `note` is what was said about it. `to_fetch` are materials
    that another department has issued: fetch them there, the applicant was not asked for them.
    `approval` is `two-person` where the answer must name who approved it beside who drafted it.
    """

    case: str
    assignment: str
    task: str
    title: Text
    department: str
    item: str
    item_title: Text
    region: str
    assigned_at: datetime
    applicant: Person | None
    form: dict[str, Any]
    materials: tuple[Material, ...]
    opinions: tuple[Opinion, ...]
    acceptance: Limit | None
    handling: Limit | None
    to_fetch: tuple[ToFetch, ...] = ()
    supplemented: bool = False
    note: str = ""
    approval: str = "single"

    def progress(self, note: str, *, percent: int | None = None, officer: str = "") -> None:
        """Say how far the work is, from within the handler; raises InvalidResult.

        The note is on disk before the task's answer is and is sent before it. The same note again
        is not sent again. A task that no worker has handed out (in a test) tells nobody.
        """
        said = Note(note, percent, officer)
        tell = self.__dict__.get("_tell")
        if tell is not None:
            tell(self, said)

    def tell_to(self, tell: Callable[[Task, Note], None]) -> None:
        """Where notes go; the worker sets it before it calls the handler."""
        object.__setattr__(self, "_tell", tell)

    def __getstate__(self) -> dict[str, Any]:
        # a copy in another process has no way to this worker
        return {name: value for name, value in self.__dict__.items() if name != "_tell"}


@dataclass(frozen=True)
class Supplement:
    """What the applicant handed in afterwards: the form and the materials as they now stand."""

    case: str
    assignment: str
    task: str
    department: str
    at: datetime
    form: dict[str, Any]
    materials: tuple[Material, ...]
    note: str


@dataclass(frozen=True)
class Cancellation:
    """The task is no longer wanted: the case was withdrawn or decided without it."""

    case: str
    assignment: str
    task: str
    department: str
    at: datetime
    reason: str


def read_task(plain: Any, *, supplemented: bool = False) -> Task:
    """From the JSON of `task.assigned`; raises Unreadable naming the field."""
    fields = Fields(plain)
    return Task(
        case=fields.text("case"),
        assignment=fields.text("assignment"),
        task=fields.text("task"),
        title=fields.part("title", read_text),
        department=fields.text("department"),
        item=fields.text("item"),
        item_title=fields.part("item_title", read_text),
        region=fields.text("region"),
        assigned_at=fields.moment("assigned_at"),
        applicant=fields.maybe("applicant", read_person),
        form=fields.object("form"),
        materials=fields.each("materials", read_material),
        opinions=fields.each("opinions", read_opinion),
        acceptance=fields.maybe("acceptance", read_limit),
        handling=fields.maybe("handling", read_limit),
        to_fetch=fields.each("to_fetch", read_to_fetch),
        supplemented=supplemented,
        note=fields.text("note", ""),
        approval=fields.text("approval", "single"),
    )


def read_supplement(plain: Any) -> Supplement:
    """From the JSON of `task.supplemented`; raises Unreadable naming the field."""
    fields = Fields(plain)
    return Supplement(
        case=fields.text("case"),
        assignment=fields.text("assignment"),
        task=fields.text("task"),
        department=fields.text("department"),
        at=fields.moment("at"),
        form=fields.object("form"),
        materials=fields.each("materials", read_material),
        note=fields.text("note", ""),
    )


def read_cancellation(plain: Any) -> Cancellation:
    """From the JSON of `task.cancelled`; raises Unreadable naming the field."""
    fields = Fields(plain)
    return Cancellation(
        case=fields.text("case"),
        assignment=fields.text("assignment"),
        task=fields.text("task"),
        department=fields.text("department"),
        at=fields.moment("at"),
        reason=fields.text("reason"),
    )
