"""Service items: what can be applied for, and the plan by which it is handled."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from services.routing.departments import Departments
from shared.conditions import Condition, condition
from shared.errors import OneWindowError
from shared.messages import (
    Approval,
    ExtensionRule,
    FormField,
    IssueRule,
    Limit,
    MaterialRule,
    Procedure,
    Silence,
    Text,
)

NO_TITLE = Text(zh="", en="")


class UnknownItem(OneWindowError):
    """A case was accepted under an item or a version that routing has never published."""


@dataclass(frozen=True, kw_only=True)
class Sees:
    """What a task may see: its need to know. None stands for all fields, for all materials."""

    form: frozenset[str] | None = frozenset()
    materials: frozenset[str] | None = frozenset()
    applicant: bool = False
    opinions: tuple[str, ...] = ()

    def fields_of(self, form: Mapping[str, Any]) -> dict[str, Any]:
        """Those form fields that the task may see."""
        return {name: form[name] for name in form if self.field(name)}

    def field(self, name: str) -> bool:
        """Whether the task may see a form field."""
        return self.form is None or name in self.form

    def material(self, name: str) -> bool:
        """Whether the task may see a material."""
        return self.materials is None or name in self.materials


@dataclass(frozen=True, kw_only=True)
class Formal:
    """When a formal look by the window is enough for a task, and why."""

    when: str
    reason: Text

    @cached_property
    def condition(self) -> Condition:
        """The compiled `when`; it speaks of the form alone."""
        return condition(self.when)


@dataclass(frozen=True, kw_only=True)
class Promise:
    """When an applicant's signed promise is trusted at once, to be verified afterwards.

    It is given where `when` holds over the form and the `material`, if one is named, is there.
    """

    when: str
    material: str
    reason: Text
    source: str

    @cached_property
    def condition(self) -> Condition:
        """The compiled `when`; it speaks of the form alone."""
        return condition(self.when)


@dataclass(frozen=True, kw_only=True)
class Task:
    """One department's share of every case of an item. `department` is a role.

    `after` are the tasks that must be done before it begins, `when` a condition under which it is
    needed at all (empty: always), `results` what the department states beside its opinion.

    `for_each` names a list of the form, `joint_with` further roles: either divides the task into
    parts (see `parts`), and `decision` says how the opinions of a joint review become one. A part
    bears the key of its task in `part_of`, and the number of its element, from 1, in `element`.

    `formal` says when the task is settled at once by the window instead, `on_promise` what becomes
    of it where the applicant has signed the item's promise (see `settling`, `verifying`).
    `issuing` is a task of routing's own: to issue a document once the case is approved. `subcase`
    is the key of the sub-case to which the task belongs.

    `approval` says whether an answer needs the head beside the officer, `extension` how much more
    time the department may be given for it, once. `classes` are the classes of data that its
    results hold.
    """

    key: str
    title: Text
    department: str
    after: tuple[str, ...] = ()
    when: str = ""
    acceptance: Limit | None = None
    handling: Limit | None = None
    results: tuple[FormField, ...] = ()
    sees: Sees = field(default_factory=Sees)
    silence: Silence = "nothing"
    approval: Approval = "single"
    extension: Limit | None = None
    procedures: tuple[str, ...] = ()
    for_each: str = ""
    joint_with: tuple[str, ...] = ()
    decision: Literal["all", "lead", "quorum"] = "all"
    quorum: int = 0
    classes: frozenset[str] = frozenset()
    formal: Formal | None = None
    on_promise: Literal["ask", "trust", "verify"] = "ask"
    issuing: bool = False
    subcase: str = ""
    part_of: str = ""
    element: int = 0

    @property
    def divided(self) -> bool:
        """Whether the task falls into parts."""
        return bool(self.for_each or self.joint_with) and not self.part_of

    @property
    def decides(self) -> bool:
        """Whether the decision waits for it; otherwise it begins with an approval."""
        return self.on_promise != "verify" and not self.issuing

    @property
    def list(self) -> str:
        """The name of the form's list for each element of which there is a part."""
        return self.for_each.partition(".")[2]

    @cached_property
    def condition(self) -> Condition | None:
        """The compiled `when`."""
        return condition(self.when) if self.when else None


@dataclass(frozen=True, kw_only=True)
class Issue:
    """A licence or notice that the item brings forth: by the approval of a task, or after that of
    the case, by a department that sees what it needs for it, within a limit.
    """

    name: str
    title: Text
    task: str = ""
    department: str = ""
    delivery: Limit | None = None
    sees: Sees = field(default_factory=Sees)

    @property
    def rule(self) -> IssueRule:
        """As the public may know it. What follows the decision has a task of the same name."""
        return IssueRule(
            name=self.name, title=self.title, task=self.task or self.name, delivery=self.delivery
        )


@dataclass(frozen=True, kw_only=True)
class Subitem:
    """A further item that a case takes in as a sub-case where `when` holds over the form.

    `after` are the sub-cases that must be decided before it begins. `title` and `on_rejection` are
    the item's own (see `subcases`).
    """

    key: str
    item: str
    when: str = ""
    after: tuple[str, ...] = ()
    title: Text = NO_TITLE
    on_rejection: Literal["stop", "collect"] = "stop"

    @property
    def stops(self) -> bool:
        """Whether the first rejection ends the sub-case."""
        return self.on_rejection == "stop"

    @cached_property
    def condition(self) -> Condition | None:
        """The compiled `when`; it speaks of the form alone."""
        return condition(self.when) if self.when else None


@dataclass(frozen=True, kw_only=True)
class Item:
    """A version of a service item. A case keeps the version that it began with.

    `review` is the time in which a clerk looks at an application before it is accepted; without it,
    it is accepted at once. `classes` are the classes of data of those form fields and materials
    that have any, by name, `document` is what the item was made from, as JSON.
    """

    key: str
    version: int
    title: Text
    lead: str
    applicants: tuple[str, ...]
    form: tuple[FormField, ...]
    materials: tuple[MaterialRule, ...]
    tasks: tuple[Task, ...]
    statutory: Limit | None = None
    promised: Limit | None = None
    review: Limit | None = None
    extension: ExtensionRule | None = None
    procedures: tuple[Procedure, ...] = ()
    on_rejection: Literal["stop", "collect"] = "stop"
    promise: Promise | None = None
    issues: tuple[Issue, ...] = ()
    subitems: tuple[Subitem, ...] = ()
    classes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    document: str = field(default="", compare=False, repr=False)

    @cached_property
    def digest(self) -> str:
        """A print of the item's document: two versions with the same content bear the same."""
        return hashlib.sha256(self.document.encode()).hexdigest()

    @cached_property
    def task(self) -> dict[str, Task]:
        """The tasks by key, with those that issue documents."""
        return {task.key: task for task in (*self.tasks, *self.issuing)}

    @cached_property
    def issuing(self) -> tuple[Task, ...]:
        """The tasks that begin with the approval of the case, one for each document to be issued.

        Their limit is that of delivery.
        """
        return tuple(
            Task(
                key=issue.name,
                title=issue.title,
                department=issue.department,
                handling=issue.delivery,
                sees=issue.sees,
                issuing=True,
            )
            for issue in self.issues
            if not issue.task
        )

    @cached_property
    def issued(self) -> dict[str, tuple[Issue, ...]]:
        """What the approval of a task must bring forth, by the task's key."""
        found: dict[str, tuple[Issue, ...]] = {}
        for issue in self.issues:
            key = issue.task or issue.name
            found[key] = (*found.get(key, ()), issue)
        return found

    @cached_property
    def deciding(self) -> tuple[str, ...]:
        """The tasks on which the decision waits: all but those that begin after it."""
        return tuple(task.key for task in self.tasks if task.decides)

    @cached_property
    def subcase(self) -> dict[str, Subitem]:
        """The sub-cases by key."""
        return {one.key: one for one in self.subitems}

    @cached_property
    def subcase_tasks(self) -> dict[str, tuple[str, ...]]:
        """The tasks of each sub-case."""
        return {
            one.key: tuple(task.key for task in self.tasks if task.subcase == one.key)
            for one in self.subitems
        }

    @cached_property
    def afterwards(self) -> tuple[str, ...]:
        """The tasks that begin with the approval of the case."""
        return tuple(task.key for task in self.task.values() if not task.decides)

    @cached_property
    def met(self) -> dict[str, Task]:
        """The tasks, and those parts of tasks that cases have been met with (see `parts.find`)."""
        return dict(self.task)

    @cached_property
    def next_after(self) -> dict[str, tuple[str, ...]]:
        """For each task those that wait for it."""
        following: dict[str, list[str]] = {key: [] for key in self.task}
        for task in self.tasks:
            for key in task.after:
                following[key].append(task.key)
        return {key: tuple(keys) for key, keys in following.items()}

    @cached_property
    def subjects(self) -> frozenset[str]:
        """What an applicant can be asked to mend: the names of form fields and materials."""
        return frozenset(self._names())

    def _names(self) -> Iterator[str]:
        yield from (form_field.name for form_field in self.form)
        yield from (rule.name for rule in self.materials)


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """Everything that can be applied for just now, and who handles it."""

    items: Mapping[str, Item]
    departments: Departments
