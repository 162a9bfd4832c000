"""What routing publishes about service items, so that others need not read its files."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from marshmallow.validate import Length, Range

from shared.messages.parts import (
    Approval,
    ExtensionRule,
    FormField,
    IssueRule,
    Key,
    Limit,
    Line,
    MaterialRule,
    Procedure,
    Silence,
    Text,
)
from shared.messages.registry import message


@dataclass(frozen=True, kw_only=True)
class TaskOutline:
    """A task as the public may know it: who does what within which time.

    `results` are what the department states beside its opinion, `extension` how much more time it
    may be given.
    """

    key: Key
    title: Text
    department: Key
    handling: Limit | None = None
    silence: Silence = "nothing"
    procedures: tuple[Key, ...] = ()
    results: tuple[FormField, ...] = ()
    approval: Approval = "single"
    extension: Limit | None = None


@message("item.published", exchange="progress", sent_by={"routing"})
@dataclass(frozen=True, kw_only=True)
class ItemPublished:
    """A version of a service item that can be applied for from now on.

    `review` is the time in which a clerk looks at an application and says what must be corrected,
    or it counts as accepted; without it an application is accepted at once.
    """

    item: Key
    version: Annotated[int, Range(min=1)]
    at: datetime
    title: Text
    lead: Key
    applicants: tuple[Line, ...]
    form: tuple[FormField, ...]
    materials: tuple[MaterialRule, ...]
    tasks: Annotated[tuple[TaskOutline, ...], Length(min=1)]
    statutory: Limit | None = None
    promised: Limit | None = None
    extension: ExtensionRule | None = None
    procedures: tuple[Procedure, ...] = ()
    issues: tuple[IssueRule, ...] = ()
    review: Limit | None = None
