"""One step of a case: the working copy on which the rules act.

A `Step` lives for one message and is thrown away; what goes in and comes out is frozen.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.routing.case import Case, CaseState, TaskState
from services.routing.departments import Departments
from services.routing.parts import facts_of
from services.routing.plan import Item, Task
from shared.messages.progress import Change, Decided, Resumed, Suspended
from shared.values import with_changed


@dataclass(frozen=True, kw_only=True, slots=True)
class Stepped:
    """What a step came to: the state after it, what it changed, and what is to be sent."""

    case: Case
    changes: tuple[Change, ...] = ()
    messages: tuple[Any, ...] = ()


class Step:
    """The working copy of a case while one message acts on it."""

    def __init__(self, case: Case, item: Item, departments: Departments, now: datetime) -> None:
        self.case = case
        self.item = item
        self.departments = departments
        self.now = now
        self.application = case.application
        self.deferrals = case.deferrals
        self.extended = case.extended
        self.tasks: dict[str, TaskState] = dict(case.tasks)
        self.end: CaseState | None = None
        self.decided_subcases: set[str] = set()
        self.changes: list[Change] = []
        self.messages: list[Any] = []

    def done(self) -> Stepped:
        """The end of the step, frozen."""
        if not self.changes:
            return Stepped(case=self.case)
        case = Case(
            code=self.case.code,
            item=self.case.item,
            version=self.case.version,
            region=self.case.region,
            number=self.case.number,
            state=self._state(),
            tasks=self.tasks,
            deferrals=self.deferrals,
            decided_at=self.now if self.end == "decided" else self.case.decided_at,
            extended=self.extended,
            application=self.application,
        )
        return Stepped(case=case, changes=tuple(self.changes), messages=tuple(self.messages))

    def _state(self) -> CaseState:
        if self.end or self.case.closed:
            return self.end or self.case.state
        if any(task.waits for task in self.tasks.values()):
            return "suspended"
        return "awaiting_materials" if self.all_done() else "handling"

    @property
    def closed(self) -> bool:
        """Whether the case has come to its end, in this step or before."""
        return self.end is not None or self.case.closed

    def all_done(self) -> bool:
        """Whether every task on which the decision waits has been answered or is not needed."""
        return (
            len(self.tasks) >= len(self.item.deciding)
            and all(task.done for task in self.tasks.values())
            and all(key in self.tasks for key in self.item.deciding)
        )

    def filling(self, role: str, task: Task | None = None) -> str:
        """The department that fills a role for this case or a task of it; raises UnfilledRole."""
        form = self.application.form
        facts = facts_of(task, form) if task else form
        return self.departments.filling(role, self.case.region, facts)

    def suspend(
        self, key: str, *, status: Any, reason: str, legal_basis: str, officer: str = ""
    ) -> None:
        """Stop the clocks for a task; `status` says what it waits for, `officer` who said so."""
        task = self.tasks[key]
        self.tasks[key] = with_changed(task, status=status)
        self.changes.append(
            Suspended(
                task=key,
                assignment=task.assignment,
                reason=reason,
                legal_basis=legal_basis,
                department=task.department,
                officer=officer,
            )
        )

    def resume(self, key: str, reason: str, officer: str = "") -> None:
        """Let the clocks run on, where they stand still for the task."""
        task = self.tasks[key]
        if task.waits:
            self.tasks[key] = with_changed(task, status="open", missing=())
            self.changes.append(
                Resumed(
                    task=key,
                    assignment=task.assignment,
                    reason=reason,
                    department=task.department,
                    officer=officer,
                )
            )

    def decide(
        self, outcome: str, *, reasons: tuple[str, ...], conditions: tuple[str, ...]
    ) -> None:
        """End the case with a decision."""
        self.end = "decided"
        self.changes.append(Decided(outcome=outcome, reasons=reasons, conditions=conditions))
