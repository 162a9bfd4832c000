"""Handing tasks to departments: what each is told, and taking tasks back.

A department gets exactly the fields and materials that the item lets its task see.
"""

from collections.abc import Iterable
from typing import Any

from services.routing.case import Past, TaskState, assignment_of
from services.routing.parts import elements_in, find, states_of
from services.routing.plan import Item, Task
from services.routing.step import Step
from shared.conditions import condition
from shared.messages import (
    HandedMaterial,
    Limit,
    Opinion,
    TaskAssigned,
    TaskCancelled,
    TaskSupplemented,
    ToFetch,
)
from shared.messages.ordered import Transferred
from shared.messages.progress import Assigned, Cancelled
from shared.values import with_changed


def assign(step: Step, task: Task, department: str) -> None:
    """Hand a task to a department, for the first time or after others gave it back."""
    before = step.tasks.get(task.key)
    past = before.past if before else ()
    assignment = assignment_of(step.case.code, task.key, len(past) + 1)
    step.tasks[task.key] = TaskState(
        status="open",
        assignment=assignment,
        department=department,
        heard=before.heard if before else (),
        past=past,
    )
    _announce(step, task, assignment, department)


def give_back(step: Step, task: Task, department: str) -> None:
    """End an assignment that its department has no longer, and hand the task to another."""
    before = step.tasks[task.key]
    past = Past(assignment=before.assignment, department=before.department)
    step.tasks[task.key] = with_changed(before, past=(*before.past, past))
    assign(step, task, department)


def transfer(step: Step, task: Task, department: str, *, by: str, reason: str) -> None:
    """Take a task from its department, because a named person says so, and hand it to another."""
    before = step.tasks[task.key]
    names = {"task": task.key, "assignment": before.assignment, "department": before.department}
    step.changes.append(Transferred(**names, to=department, by=by, reason=reason))
    step.messages.append(
        TaskCancelled(case=step.case.code, at=step.now, **names, reason=f"{by}: {reason}"[:8_000])
    )
    give_back(step, task, department)


def supplement(step: Step, key: str, note: str, *, extension: Limit | None = None) -> None:
    """Tell the department how its task stands with what was handed in."""
    task, of = step.tasks[key], find(step.item, key)
    step.messages.append(
        TaskSupplemented(
            case=step.case.code,
            assignment=task.assignment,
            task=key,
            department=task.department,
            at=step.now,
            form=_form_for(step, of),
            materials=_materials_for(step, of),
            note=note,
            extension=extension,
        )
    )


def cancel_open(step: Step, reason: str) -> None:
    """Take every task back that a department still has in hand."""
    for key, task in list(step.tasks.items()):
        if task.status == "divided":
            step.tasks[key] = with_changed(task, status="cancelled")
        if task.held:
            take_back(step, key, reason)


def take_back(step: Step, key: str, reason: str) -> None:
    """Take one task back that a department has in hand."""
    task = step.tasks[key]
    step.tasks[key] = with_changed(task, status="cancelled")
    names = {"task": key, "assignment": task.assignment, "department": task.department}
    step.changes.append(Cancelled(**names, reason=reason))
    step.messages.append(TaskCancelled(case=step.case.code, at=step.now, **names, reason=reason))


def visible(item: Item, key: str, brought: Iterable[str]) -> bool:
    """Whether a task may see any of the form fields and materials that were brought."""
    sees = find(item, key).sees
    fields = {form_field.name for form_field in item.form}
    return any(sees.field(name) if name in fields else sees.material(name) for name in brought)


def _announce(step: Step, task: Task, assignment: str, department: str) -> None:
    step.changes.append(
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
    step.messages.append(
        TaskAssigned(
            case=step.case.code,
            assignment=assignment,
            task=task.key,
            title=task.title,
            department=department,
            item=step.item.key,
            item_title=step.item.title,
            region=step.case.region,
            assigned_at=step.now,
            applicant=step.application.applicant if task.sees.applicant else None,
            form=_form_for(step, task),
            materials=_materials_for(step, task),
            opinions=tuple(_opinions_for(step, task)),
            acceptance=task.acceptance,
            handling=task.handling,
            to_fetch=tuple(_to_fetch(step, task)),
            approval=task.approval,
            extension=task.extension,
            item_version=step.item.version,
        )
    )


def _to_fetch(step: Step, task: Task) -> Iterable[ToFetch]:
    """What the task may see, a department has issued, and nobody has brought yet."""
    there = {material.name for material in step.application.materials}
    values = {"form": dict(step.application.form)}
    for rule in step.item.materials:
        if not rule.issued_by or rule.name in there or not task.sees.material(rule.name):
            continue
        if not rule.when or condition(rule.when).holds(values):
            department = step.filling(rule.issued_by)
            yield ToFetch(name=rule.name, title=rule.title, department=department)


def _form_for(step: Step, task: Task) -> dict[str, Any]:
    return task.sees.fields_of(elements_in(task, step.application.form))


def _materials_for(step: Step, task: Task) -> tuple[HandedMaterial, ...]:
    return tuple(
        HandedMaterial(**vars(material))
        for material in step.application.materials
        if task.sees.material(material.name)
    )


def _opinions_for(step: Step, task: Task) -> Iterable[Opinion]:
    for key, earlier in _earlier(step, task):
        if earlier.status == "completed":
            yield Opinion(
                task=key,
                department=earlier.department,
                outcome=earlier.outcome,
                opinion=earlier.opinion,
                results=dict(earlier.results),
            )


def _earlier(step: Step, task: Task) -> Iterable[tuple[str, TaskState]]:
    """What a task may read of: of a divided task the opinions of its parts."""
    for key in task.sees.opinions:
        if step.item.task[key].divided:
            yield from states_of(step.item.task[key], step.item, step.tasks).items()
        elif key in step.tasks:
            yield key, step.tasks[key]
