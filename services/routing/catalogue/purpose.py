"""Faults in what an item has for nothing: what nobody sees, and what can never come about."""

import re
from collections.abc import Iterator

from services.routing.catalogue.faults import Path
from services.routing.catalogue.forms import Found
from services.routing.departments import Departments
from services.routing.plan import Item, Task
from shared.messages import FormField

_USED = re.compile(r"\bform\.([a-z][a-z0-9_]*)")


def check_purpose(item: Item, departments: Departments) -> Iterator[Found]:
    """What is asked for is used, and what is declared can happen."""
    yield from _unseen_materials(item)
    yield from _unused_fields(item, departments)
    yield from _unused_procedures(item)
    for place, rule in enumerate(item.materials):
        if rule.deferrable and not rule.required:
            problem = "promises what need not be handed in: take it out, or `required: false`"
            yield ("materials", place, "deferrable"), problem
    for place, task in enumerate(item.tasks):
        yield from _silence(item, task, ("tasks", place, "silence"))


def _unseen_materials(item: Item) -> Iterator[Found]:
    for place, rule in enumerate(item.materials):
        if not any(task.sees.material(rule.name) for task in item.tasks):
            yield (
                ("materials", place, "name"),
                f"{rule.name!r} is asked for, and no task sees it: name it in a task's"
                " `sees.materials`, or do not ask for it",
            )


def _unused_fields(item: Item, departments: Departments) -> Iterator[Found]:
    used = {*_USED.findall(item.document), *_chosen_by(item, departments)}
    for place, field in enumerate(item.form):
        if field.name in used or any(task.sees.field(field.name) for task in item.tasks):
            continue
        yield (
            ("form", place, "name"),
            f"{field.name!r} is asked for, and no task and no condition uses it: name it in a"
            " task's `sees.form`, or do not ask for it",
        )


def _chosen_by(item: Item, departments: Departments) -> Iterator[str]:
    """Fields by which a role is filled; of a list, the fields of its elements."""
    fields = {role.form_field for role in departments.roles.values()}
    for field in item.form:
        if field.name in fields or any(_within(field, name) for name in fields):
            yield field.name


def _within(field: FormField, name: str) -> bool:
    return any(one.name == name for one in field.fields)


def _unused_procedures(item: Item) -> Iterator[Found]:
    named = {key for task in item.tasks for key in task.procedures}
    for place, one in enumerate(item.procedures):
        if one.key not in named:
            problem = f"{one.key!r} stops no clock: name it in the `procedures` of a task"
            yield ("procedures", place, "key"), problem


def _silence(item: Item, task: Task, path: Path) -> Iterator[Found]:
    if task.silence != "nothing" and task.handling is None:
        yield path, "never comes about: give the task a `handling` limit that can pass"
    elif task.silence == "reassign" and task.department == item.lead:
        yield path, f"hands the task on to {item.lead!r}, which has it already: say escalate"
