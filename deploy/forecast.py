"""What would happen to a case: the rules of routing themselves, with time made to pass.

Every department is taken to approve at the very end of its handling limit (at once where it has
none), and the applicant to hand in everything. What begins with the decision is left out. So the
forecast says the latest that can come without anybody being late. Nothing is stored or sent.
"""

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from services.routing.answers import Origin
from services.routing.case import Case
from services.routing.departments import Departments
from services.routing.domain import apply
from services.routing.parts import find
from services.routing.plan import Item
from services.routing.results import wrong_in
from shared.conditions import condition
from shared.errors import Fault, Invalid
from shared.messages import (
    CaseAccepted,
    FormField,
    Limit,
    Material,
    MaterialRule,
    Person,
    TaskAssigned,
    TaskCompleted,
)
from shared.messages.progress import Decided, Settled, Skipped
from shared.worktime import Calendar, due


def _document(name: str) -> Material:
    return Material(name=name, digest=NOTHING, media_type="application/pdf", size=0)


NOTHING = "sha256:" + "0" * 64
NOBODY = Person(kind="organisation", name="-", number="-")


@dataclass(frozen=True, kw_only=True)
class Supposed:
    """The case that is supposed: what is in its form, where and when it begins.

    `results` are what departments would state, by task and field; what is not said here and must be
    stated is taken to be the least: false, the first choice, the smallest number.
    """

    form: Mapping[str, Any]
    begins: datetime
    region: str = ""
    results: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A task as it would be handled. `freed_by` is the task whose end began it; empty at first."""

    task: str
    title: str
    department: str
    begins: datetime
    accept_by: datetime | None
    ends: datetime
    freed_by: str = ""


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """All that would happen. `longest` are the tasks on which the last day depends, in order."""

    begins: datetime
    ends: datetime
    outcome: str
    materials: tuple[MaterialRule, ...]
    """What the applicant is asked for."""

    fetched: tuple[MaterialRule, ...]
    """What departments of the system have issued, so that nobody is asked for it; by departments,
    not roles."""

    tasks: tuple[Stretch, ...]
    skipped: tuple[Skipped, ...]
    settled: tuple[Settled, ...]
    """Tasks that the window settles at once, or that a promise does."""

    afterwards: tuple[Stretch, ...]
    """What follows the decision: licences to issue, promises to verify."""

    longest: tuple[str, ...]
    assumed: Mapping[str, Mapping[str, Any]]
    statutory: datetime | None
    promised: datetime | None


def forecast(
    item: Item, departments: Departments, supposed: Supposed, calendar: Calendar
) -> Forecast:
    """Go through the plan. Raises Invalid for a form that intake would refuse."""
    faults = [Fault(f"form.{it.field}", it.problem) for it in wrong_in(item.form, supposed.form)]
    known = {one.name for one in item.form}
    faults += [Fault(f"form.{it}", "is not asked for") for it in supposed.form if it not in known]
    unknown = supposed.results.keys() - item.task.keys()
    faults += [Fault(f"results.{it}", "is no task of this item") for it in sorted(unknown)]
    if faults:
        raise Invalid(*faults)
    return _Run(item, departments, supposed, calendar).to_its_end()


class _Run:
    """A case on its way; `_open` holds what is at a department, the next to end first."""

    def __init__(
        self, item: Item, departments: Departments, supposed: Supposed, calendar: Calendar
    ) -> None:
        self._item = item
        self._departments = departments
        self._supposed = supposed
        self._calendar = calendar
        self._now = supposed.begins
        self._case: Case | None = None
        self._open: list[tuple[datetime, int, TaskAssigned]] = []
        self._tasks: dict[str, Stretch] = {}
        self._afterwards: list[Stretch] = []
        self._skipped: list[Skipped] = []
        self._settled: list[Settled] = []
        self._assumed: dict[str, dict[str, Any]] = {}
        self._outcome = ""

    def to_its_end(self) -> Forecast:
        self._tell(self._accepted(), Origin(role="intake"))
        while self._open:
            self._now, _, assigned = heapq.heappop(self._open)
            desk = self._departments[assigned.department].desk
            unit = "" if desk else assigned.department
            role = "department" if desk else "unit"
            self._tell(self._completed(assigned), Origin(role=role, unit=unit), assigned.task)
        return self._forecast()

    def _tell(self, message: Any, origin: Origin, task: str = "") -> None:
        stepped = apply(
            self._case,
            message,
            origin,
            item=self._item,
            departments=self._departments,
            now=self._now,
        )
        self._case = stepped.case
        self._skipped += [it for it in stepped.changes if isinstance(it, Skipped)]
        self._settled += [it for it in stepped.changes if isinstance(it, Settled)]
        for change in stepped.changes:
            if isinstance(change, Decided):
                self._outcome = change.outcome
        for sent in stepped.messages:
            if isinstance(sent, TaskAssigned) and self._outcome:
                self._afterwards.append(self._stretch(sent, task))
            elif isinstance(sent, TaskAssigned):
                self._begin(sent, task)

    def _begin(self, assigned: TaskAssigned, freed_by: str) -> None:
        stretch = self._stretch(assigned, freed_by)
        self._tasks[assigned.task] = stretch
        heapq.heappush(self._open, (stretch.ends, len(self._tasks), assigned))

    def _stretch(self, assigned: TaskAssigned, freed_by: str) -> Stretch:
        return Stretch(
            task=assigned.task,
            title=assigned.title.zh,
            department=assigned.department,
            begins=self._now,
            accept_by=self._due(assigned.acceptance),
            ends=self._due(assigned.handling) or self._now,
            freed_by=freed_by,
        )

    def _due(self, limit: Limit | None) -> datetime | None:
        return due(self._now, limit.amount, limit.unit, self._calendar) if limit else None

    def _accepted(self) -> CaseAccepted:
        return CaseAccepted(
            case="forecast",
            item=self._item.key,
            item_version=self._item.version,
            region=self._supposed.region,
            channel="window",
            received_at=self._now,
            accepted_at=self._now,
            applicant=NOBODY,
            form=dict(self._supposed.form),
            materials=tuple(_document(rule.name) for rule in self._asked()),
        )

    def _completed(self, assigned: TaskAssigned) -> TaskCompleted:
        return TaskCompleted(
            case=assigned.case,
            assignment=assigned.assignment,
            department=assigned.department,
            at=self._now,
            outcome="approved",
            results=self._results(assigned.task),
            documents=tuple(_document(it.name) for it in self._item.issued.get(assigned.task, ())),
            officer="officer",
            approved_by="head" if assigned.approval == "two-person" else "",
        )

    def _results(self, key: str) -> dict[str, Any]:
        task = find(self._item, key)
        given = dict(self._supposed.results.get(task.part_of or key, {}))
        asked = task.results
        assumed = {it.name: _least(it) for it in asked if it.required and it.name not in given}
        if assumed:
            self._assumed[key] = assumed
        faults = [
            Fault(f"results.{key}.{it.field}", it.problem)
            for it in wrong_in(asked, given | assumed)
        ]
        if faults:
            raise Invalid(*faults)
        return given | assumed

    def _forecast(self) -> Forecast:
        return Forecast(
            begins=self._supposed.begins,
            ends=self._now,
            outcome=self._outcome,
            materials=tuple(self._asked()),
            fetched=tuple(self._fetched()),
            tasks=tuple(self._tasks.values()),
            skipped=tuple(self._skipped),
            settled=tuple(self._settled),
            afterwards=tuple(self._afterwards),
            longest=self._longest(),
            assumed=self._assumed,
            statutory=self._limit(self._item.statutory),
            promised=self._limit(self._item.promised),
        )

    def _limit(self, limit: Limit | None) -> datetime | None:
        began = self._supposed.begins
        return due(began, limit.amount, limit.unit, self._calendar) if limit else None

    def _asked(self) -> list[MaterialRule]:
        return [it for it in self._materials() if not it.issued_by]

    def _fetched(self) -> list[MaterialRule]:
        region, form = self._supposed.region, self._supposed.form
        return [
            replace(it, issued_by=self._departments.filling(it.issued_by, region, form))
            for it in self._materials()
            if it.issued_by
        ]

    def _materials(self) -> list[MaterialRule]:
        values = {"form": dict(self._supposed.form)}
        asked = (it for it in self._item.materials if not it.when)
        more = (it for it in self._item.materials if it.when and condition(it.when).holds(values))
        found = {it.name for it in (*asked, *more)}
        return [replace(it, when="") for it in self._item.materials if it.name in found]

    def _longest(self) -> tuple[str, ...]:
        way: list[str] = []
        last = max(reversed(self._tasks.values()), key=lambda it: it.ends, default=None)
        while last is not None:
            way.append(last.task)
            last = self._tasks.get(last.freed_by)
        return tuple(reversed(way))


def _least(asked: FormField) -> Any:
    least = {"text": "-", "boolean": False, "date": "2026-01-01", "list": []}
    if asked.type == "choice":
        return asked.choices[0]
    return least[asked.type] if asked.type in least else int(asked.minimum or 0)
