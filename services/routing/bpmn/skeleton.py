"""From a model's steps to an item's YAML, with all that a person must still say marked TODO."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from services.routing.bpmn.choices import Choices, choices_of
from services.routing.bpmn.expressions import field_name
from services.routing.bpmn.model import GATEWAYS, PASSED, Left, Model, Node, model_of
from services.routing.bpmn.route import MOST_WAYS, Route, route_of
from services.routing.bpmn.timers import limit_of
from services.routing.departments import Departments

PLAIN = {"task", "userTask", "serviceTask"}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the model cannot say: the item's key, and who does what nobody is named for."""

    key: str = ""
    department: str = ""


@dataclass(frozen=True, kw_only=True)
class Imported:
    """The skeleton, and what became of each element of the model."""

    key: str
    text: str
    notes: tuple[Left, ...]


@dataclass(kw_only=True)
class _Writing:
    model: Model
    route: Route
    choices: Choices
    departments: Departments
    wanted: Wanted
    keys: dict[str, str] = field(default_factory=dict)


def imported(content: bytes, wanted: Wanted, departments: Departments) -> Imported:
    """The skeleton of an item from a BPMN 2.0 model. Raises UnreadableModel."""
    model = model_of(content)
    route = route_of(model)
    writing = _Writing(
        model=model,
        route=route,
        choices=choices_of(model, route),
        departments=departments,
        wanted=wanted,
    )
    for step in route.steps:
        writing.keys[step.id] = _free(_key(step.name) or _key(step.id), writing.keys.values())
    key = wanted.key or _key(model.name) or _key(model.id) or "imported"
    text = "\n".join(_item(key, writing)) + "\n"
    _account(writing)
    return Imported(key=key, text=text, notes=tuple(model.notes))


def _item(key: str, writing: _Writing) -> Iterator[str]:
    lead = writing.wanted.department or next(iter(_roles(writing)), "todo-lead")
    yield "# TODO look through every line that says so; then: ./onewindow catalogue check"
    yield f"item: {key}"
    yield "version: 1"
    yield f"title: {_title(writing.model.name or key)}"
    yield f"lead: {lead} # TODO who answers for the case as a whole"
    yield "applicants: [person, organisation] # TODO"
    yield "# TODO statutory: {amount: 20, source: the article of the law}"
    yield "# TODO promised: {amount: 10, source: the guide that promises it}"
    yield ""
    tasks = [line for step in writing.route.steps for line in _task(step, writing)]
    yield from _form(writing.choices, "\n".join(tasks))
    yield "tasks:"
    yield from tasks


def _form(choices: Choices, tasks: str) -> Iterator[str]:
    """The fields that a task depends on; a choice may lead to no task."""
    asked = set(re.findall(r"\bform\.(\w+)", tasks))
    fields = {name: lines for name, lines in choices.fields.items() if name in asked}
    if fields:
        yield "form:"
        for name, lines in fields.items():
            yield f"  - name: {name} # TODO if a task finds it out: into its results"
            yield from (f"    {line}" for line in lines)
        yield ""


def _roles(writing: _Writing) -> list[str]:
    return [_department(step, writing) for step in writing.route.steps]


def _task(step: Node, writing: _Writing) -> Iterator[str]:
    yield f"  - key: {writing.keys[step.id]}"
    yield f"    title: {_title(step.name or step.id)}"
    yield f"    department: {_department(step, writing)}"
    if after := writing.route.after[step.id]:
        yield f"    after: [{', '.join(writing.keys[one] for one in after)}]"
    if when := _when(step, writing):
        yield f"    when: {json.dumps(when, ensure_ascii=False)}"
    yield from _timers(step, writing)
    yield "    sees: {applicant: true} # TODO the fields and materials that it needs to know"


def _when(step: Node, writing: _Writing) -> str:
    ways = writing.route.ways[step.id]
    if len(ways) > MOST_WAYS:
        said = f"is reached by more than {MOST_WAYS} combinations of choices: write its `when`"
        writing.model.note(step, said)
        return ""
    return writing.choices.when(ways)


def _timers(step: Node, writing: _Writing) -> Iterator[str]:
    limited = False
    for node in writing.model.nodes.values():
        if node.kind != "boundaryEvent" or node.attached != step.id:
            continue
        limit = limit_of(node.timer)
        behind = [writing.model.nodes[it.target] for it in writing.model.leaving(node.id)]
        if limit is None:
            said = f"{node.timer!r} is no duration in days or hours" if node.timer else "no timer"
            writing.model.note(node, f"{said}: say the task's `handling` and `silence`")
            continue
        if limited:
            writing.model.note(node, "a task has one handling limit, and another timer gave it")
            continue
        limited = True
        yield f"    handling: {{amount: {limit[0]}, unit: {limit[1]}, source: TODO}}"
        yield "    silence: escalate # TODO what the timer's arrow led to"
        steps = ", ".join(one.name or one.id for one in behind) or "nothing"
        said = f"the handling limit and `silence: escalate`; what it led to is left out: {steps}"
        writing.model.note(node, said, carried=True)


def _department(step: Node, writing: _Writing) -> str:
    group = writing.model.groups.get(step.id, "")
    for one in writing.departments.values():
        if group and group in (one.key, one.title.zh, one.title.en):
            return one.key
    if group in writing.departments.names:
        return group
    return writing.wanted.department or f"todo-{_key(group) or 'department'}"


def _account(writing: _Writing) -> None:
    """Say of every node that nothing was said of yet what became of it."""
    model = writing.model
    told = {note.id for note in model.notes if note.element != "conditionExpression"}
    for node in model.nodes.values():
        if node.id in writing.keys:
            model.note(node, _as_task(node, writing), carried=True)
            if node.repeated:
                model.note(node, "is repeated: name the list in `for_each`")
        elif node.id not in told and node.kind != "end of subProcess":
            carried, said = _as_flow(node, writing.route)
            model.note(node, said, carried=carried)


def _as_task(node: Node, writing: _Writing) -> str:
    said = f"the task {writing.keys[node.id]}"
    if node.kind == "serviceTask":
        return f"{said}; its department's own system answers it"
    return said if node.kind in PLAIN else f"{said}; that it is a {node.kind}, an item cannot say"


def _as_flow(node: Node, route: Route) -> tuple[bool, str]:
    if node.kind == "boundaryEvent":
        return False, "stands at what is no task of the plan"
    if node.id not in route.ways:
        return False, "is never reached from the begin"
    if node.kind == "subProcess":
        return True, "its steps stand in the plan one by one"
    if node.kind in PASSED:
        return False, "an item has nothing for it: the plan goes on behind it"
    if node.kind in GATEWAYS:
        return True, "`after` and `when` of the tasks behind it"
    return True, "the begin or the end of the plan"


def _title(words: str) -> str:
    said = json.dumps(words, ensure_ascii=False)
    return f"{{zh: {said}, en: {said}}} # TODO in both languages"


def _key(words: str) -> str:
    return field_name(words).replace("_", "-").strip("-")


def _free(key: str, taken: Collection[str]) -> str:
    key, number = key or "task", 2
    while (free := key if number == 2 else f"{key}-{number - 1}") in taken:
        number += 1
    return free


def todo_in(text: str) -> Mapping[int, str]:
    """The lines of a skeleton that a person must still look at, by number from 1."""
    lines = enumerate(text.splitlines(), 1)
    return {number: line for number, line in lines if re.search(r"\bTODO\b|todo-", line)}
