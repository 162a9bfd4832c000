"""One step of a case: the working copy on which the rules act, and the moves that they are made of.

A `Step` lives for one message and is thrown away; what goes in and comes out is frozen.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.routing.case import Case, CaseState, Past, TaskState, assignment_of
from services.routing.departments import Departments
from services.routing.parts import elements_in, facts_of, find, parts_of, states_of, verdict
from services.routing.plan import Item, Task
from shared.messages import Material, Opinion, TaskAssigned, TaskCancelled, TaskSupplemented
from shared.messages.progress import (
    Assigned,
    Cancelled,
    Change,
    Completed,
    Decided,
    Resumed,
    Skipped,
    Suspended,
)


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
        self.tasks: dict[str, TaskState] = dict(case.tasks)
        self.end: CaseState | None = None
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
            application=self.application,
        )
        return Stepped(case=case, changes=tuple(self.changes), messages=tuple(self.messages))

    def _state(self) -> CaseState:
        if self.end or self.case.closed:
            return self.end or self.case.state
        if any(task.waits for task in self.tasks.values()):
            return "suspended"
        return "awaiting_materials" if self.all_done() else "handling"

    def all_done(self) -> bool:
        """Whether every task has been answered or is not needed."""
        return (
            len(self.tasks) >= len(self.item.tasks)
            and all(task.done for task in self.tasks.values())
            and all(key in self.tasks for key in self.item.task)
        )

    def move_on(self, keys: Iterable[str]) -> None:
        """Begin those of the tasks whose turn has come, or skip them; then see whether all is done.

        A condition is asked once, when the task's turn comes; its answer stays.
        """
        waiting = list(keys)
        for key in waiting:
            task = self.item.task[key]
            if key in self.tasks or not self._turn_of(task):
                continue
            if not self._begin(task):
                waiting.extend(self.item.next_after[key])
        self.settle()

    def _turn_of(self, task: Task) -> bool:
        return all(key in self.tasks and self.tasks[key].done for key in task.after)

    def _values(self) -> dict[str, dict[str, Any]]:
        """What conditions speak of. A task that was skipped gave no results."""
        results = {key.replace("-", "_"): task.results for key, task in self.tasks.items()}
        return {"form": dict(self.application.form), "results": results}

    def _begin(self, task: Task) -> bool:
        """Hand the task, or its parts, to departments; false if it is not needed for this case."""
        if task.condition is not None and not task.condition.holds(self._values()):
            return self._skip(task, f"{task.when}: false")
        if not task.divided:
            self.assign(task, self.filling(task.department))
            return True
        parts = parts_of(task, self.application.form)
        if not parts:
            return self._skip(task, f"{task.for_each}: empty")
        self.tasks[task.key] = TaskState(status="divided")
        for part in parts:
            self.assign(part, self.filling(part.department, part))
        return True

    def _skip(self, task: Task, reason: str) -> bool:
        self.tasks[task.key] = TaskState(status="skipped")
        self.changes.append(Skipped(task=task.key, reason=reason))
        return False

    def gather(self, task: Task) -> None:
        """Once every part of a divided task is done, let the task come to its outcome."""
        states = states_of(task, self.item, self.tasks)
        if not all(state.done for state in states.values()):
            return
        found = verdict(task, states)
        said = {name: getattr(found, name) for name in ("outcome", "opinion", "legal_basis")}
        self.tasks[task.key] = TaskState(
            status="completed", conditions=found.conditions, results=found.results, **said
        )
        self.changes.append(
            Completed(
                task=task.key,
                assignment=assignment_of(self.case.code, task.key, 1),
                department=self.filling(task.department),
                conditions=found.conditions,
                documents=(),
                officer="",
                stated_at=self.now,
                **said,
            )
        )
        if found.outcome == "rejected" and self.item.on_rejection == "stop":
            self.cancel_open("the application was rejected")
            reasons = (found.opinion, found.legal_basis)
            self.decide("rejected", reasons=reasons, conditions=())
        else:
            self.move_on(self.item.next_after[task.key])

    def filling(self, role: str, task: Task | None = None) -> str:
        """The department that fills a role for this case or a task of it; raises UnfilledRole."""
        form = self.application.form
        facts = facts_of(task, form) if task else form
        return self.departments.filling(role, self.case.region, facts)

    def assign(self, task: Task, department: str) -> None:
        """Hand a task to a department, for the first time or after others gave it back."""
        before = self.tasks.get(task.key)
        past = before.past if before else ()
        assignment = assignment_of(self.case.code, task.key, len(past) + 1)
        self.tasks[task.key] = TaskState(
            status="open",
            assignment=assignment,
            department=department,
            heard=before.heard if before else (),
            past=past,
        )
        self._announce(task, assignment, department)

    def _announce(self, task: Task, assignment: str, department: str) -> None:
        self.changes.append(
            Assigned(
                task=task.key,
                title=task.title,
                assignment=assignment,
                department=department,
                acceptance=task.acceptance,
                handling=task.handling,
                part_of=task.part_of,
                silence=task.silence,
            )
        )
        self.messages.append(
            TaskAssigned(
                case=self.case.code,
                assignment=assignment,
                task=task.key,
                title=task.title,
                department=department,
                item=self.item.key,
                item_title=self.item.title,
                region=self.case.region,
                assigned_at=self.now,
                applicant=self.application.applicant if task.sees.applicant else None,
                form=self._form_for(task),
                materials=self._materials_for(task),
                opinions=tuple(self._opinions_for(task)),
                acceptance=task.acceptance,
                handling=task.handling,
            )
        )

    def _form_for(self, task: Task) -> dict[str, Any]:
        return task.sees.fields_of(elements_in(task, self.application.form))

    def _materials_for(self, task: Task) -> tuple[Material, ...]:
        return tuple(
            material for material in self.application.materials if task.sees.material(material.name)
        )

    def _opinions_for(self, task: Task) -> Iterable[Opinion]:
        for key, earlier in self._earlier(task):
            if earlier.status == "completed":
                yield Opinion(
                    task=key,
                    department=earlier.department,
                    outcome=earlier.outcome,
                    opinion=earlier.opinion,
                    results=dict(earlier.results),
                )

    def _earlier(self, task: Task) -> Iterable[tuple[str, TaskState]]:
        """What a task may read of: of a divided task the opinions of its parts."""
        for key in task.sees.opinions:
            if self.item.task[key].divided:
                yield from states_of(self.item.task[key], self.item, self.tasks).items()
            elif key in self.tasks:
                yield key, self.tasks[key]

    def give_back(self, task: Task, department: str) -> None:
        """End an assignment that its department declined, and hand the task to another."""
        before = self.tasks[task.key]
        past = Past(assignment=before.assignment, department=before.department)
        self.tasks[task.key] = replace(before, past=(*before.past, past))
        self.assign(task, department)

    def suspend(self, key: str, *, status: Any, reason: str, legal_basis: str) -> None:
        """Stop the clocks for a task; `status` says what it waits for."""
        task = self.tasks[key]
        self.tasks[key] = replace(task, status=status)
        self.changes.append(
            Suspended(task=key, assignment=task.assignment, reason=reason, legal_basis=legal_basis)
        )

    def resume(self, key: str, reason: str) -> None:
        """Let the clocks run on, where they stand still for the task."""
        task = self.tasks[key]
        if task.waits:
            self.tasks[key] = replace(task, status="open", missing=())
            self.changes.append(Resumed(task=key, assignment=task.assignment, reason=reason))

    def supplement(self, key: str, note: str) -> None:
        """Tell the department how its task stands with what was handed in."""
        task, of = self.tasks[key], find(self.item, key)
        self.messages.append(
            TaskSupplemented(
                case=self.case.code,
                assignment=task.assignment,
                task=key,
                department=task.department,
                at=self.now,
                form=self._form_for(of),
                materials=self._materials_for(of),
                note=note,
            )
        )

    def cancel_open(self, reason: str) -> None:
        """Take every task back that a department still has in hand."""
        for key, task in self.tasks.items():
            if task.status == "divided":
                self.tasks[key] = replace(task, status="cancelled")
            if not task.held:
                continue
            self.tasks[key] = replace(task, status="cancelled")
            names = {"task": key, "assignment": task.assignment, "department": task.department}
            self.changes.append(Cancelled(**names, reason=reason))
            self.messages.append(
                TaskCancelled(case=self.case.code, at=self.now, **names, reason=reason)
            )

    def settle(self) -> None:
        """Decide the case if every task is done and nothing that was promised is missing."""
        if not self.all_done():
            return
        completed = [self.tasks[key] for key in self.item.task if self.tasks[key].outcome]
        against = [task for task in completed if task.outcome == "rejected"]
        if against:
            reasons = tuple(text for it in against for text in (it.opinion, it.legal_basis))
            self.decide("rejected", reasons=reasons, conditions=())
        elif not self.deferrals:
            conditions = tuple(text for task in completed for text in task.conditions)
            limited = any(task.outcome == "approved_with_conditions" for task in completed)
            outcome = "approved_with_conditions" if limited else "approved"
            self.decide(outcome, reasons=(), conditions=conditions)

    def decide(
        self, outcome: str, *, reasons: tuple[str, ...], conditions: tuple[str, ...]
    ) -> None:
        """End the case with a decision."""
        self.end = "decided"
        self.changes.append(Decided(outcome=outcome, reasons=reasons, conditions=conditions))
