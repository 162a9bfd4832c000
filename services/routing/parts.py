"""Tasks that fall into parts: one for each element of a list, or one for each department of a joint
review.

A part is a task of its own: it is assigned, answered, declined and supplemented like any other. The
task itself is `divided` until all of its parts are done; then it comes to one outcome. A part is
called after its task: `inspection-2` for the second element, `review-fire` for the role fire.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.routing.case import TaskState
from services.routing.plan import Item, Task
from shared.messages import Text

MOST = 100
"""Parts of a task."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a divided task came to, and why."""

    outcome: str
    opinion: str
    legal_basis: str
    conditions: tuple[str, ...]
    results: Mapping[str, Any]


def find(item: Item, key: str) -> Task:
    """A task or a part of one, by the key that it bears in a case."""
    return item.met.get(key) or item.met.setdefault(key, _part(item, key))


def parts_of(task: Task, form: Mapping[str, Any]) -> list[Task]:
    """The parts into which a task falls for a form; none if its list is empty or absent."""
    if task.joint_with:
        return [_of_role(task, role) for role in (task.department, *task.joint_with)]
    elements = form.get(task.list) or []
    return [_of_element(task, number) for number in range(1, 1 + min(len(elements), MOST))]


def elements_in(task: Task, form: Mapping[str, Any]) -> Mapping[str, Any]:
    """The form as a part of a list's task may know it: of the list, its own element only."""
    if not task.element or task.list not in form:
        return form
    own = form[task.list][task.element - 1 : task.element]
    return {**form, task.list: own}


def facts_of(task: Task, form: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the role of a task is filled by: the form, and before it the part's own element."""
    if not task.element:
        return form
    own = (form.get(task.list) or [])[task.element - 1 : task.element]
    return {**form, **own[0]} if own and isinstance(own[0], dict) else form


def states_of(task: Task, item: Item, tasks: Mapping[str, TaskState]) -> dict[str, TaskState]:
    """The states of a divided task's parts in a case, by key."""
    return {key: state for key, state in tasks.items() if find(item, key).part_of == task.key}


def verdict(task: Task, states: Mapping[str, TaskState]) -> Verdict:
    """What the parts come to together. All of them have been answered."""
    agreed = [it for it in states.values() if it.outcome != "rejected"]
    against = [it for it in states.values() if it.outcome == "rejected"]
    first = states.get(part_key(task, task.department))
    if task.decision == "lead" and first is not None:
        return _verdict(first.outcome != "rejected", agreed, against, "the lead decides", first)
    needed = task.quorum if task.decision == "quorum" else len(states)
    return _verdict(len(agreed) >= needed, agreed, against, f"{needed} needed")


def part_key(task: Task, part: str | int) -> str:
    """The key of a part: of a role, or of the element with this number."""
    return f"{task.key}-{part}"


def _verdict(
    approved: bool,
    agreed: Sequence[TaskState],
    against: Sequence[TaskState],
    rule: str,
    lead: TaskState | None = None,
) -> Verdict:
    conditions = tuple(_joined(it.conditions for it in agreed)) if approved else ()
    said = [f"{len(agreed)} of {len(agreed) + len(against)} approved, {rule}"]
    reasons = [] if approved else [it.opinion for it in against]
    laws = [] if approved else [it.legal_basis for it in against]
    return Verdict(
        outcome=_outcome(approved, conditions),
        opinion="\n".join([*said, *reasons])[:8_000],
        legal_basis="\n".join(dict.fromkeys(laws))[:8_000],
        conditions=conditions,
        results=lead.results if lead and approved else {},
    )


def _outcome(approved: bool, conditions: tuple[str, ...]) -> str:
    if not approved:
        return "rejected"
    return "approved_with_conditions" if conditions else "approved"


def _joined(several: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for conditions in several:
        yield from conditions


def _of_role(task: Task, role: str) -> Task:
    return replace(task, key=part_key(task, role), part_of=task.key, department=role, joint_with=())


def _of_element(task: Task, number: int) -> Task:
    title = Text(zh=f"{task.title.zh}（{number}）", en=f"{task.title.en} ({number})")
    key = part_key(task, number)
    return replace(task, key=key, title=title, part_of=task.key, element=number, after=())


def _part(item: Item, key: str) -> Task:
    for task in item.tasks:
        if task.joint_with:
            parts = {part.key: part for part in parts_of(task, {})}
            if key in parts:
                return parts[key]
    name, _, number = key.rpartition("-")
    return _of_element(item.task[name], int(number))
