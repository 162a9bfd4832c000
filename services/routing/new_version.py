"""A running case under another version of its item: what changes for it, and what forbids it. Pure.

What was answered stays answered, and what a department has in hand stays there as it was given out,
with its limits. Tasks whose turn has not come are those of the new version; tasks that it lacks are
taken back. The limits of the whole case stay those that the applicant was promised.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from services.routing.answers import Origin, refuse
from services.routing.case import Case, TaskState
from services.routing.departments import Departments, UnfilledRole
from services.routing.flow import move_on
from services.routing.handing import take_back
from services.routing.parts import find
from services.routing.plan import Item, Task
from services.routing.results import wrong_in
from services.routing.step import Step, Stepped
from services.routing.verifying import verifications
from shared.conditions import ConditionFailed, condition
from shared.errors import Fault
from shared.messages import Limit, MigrateCase
from shared.messages.ordered import Migrated


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One thing that the other version says differently of a case."""

    what: str
    """added, dropped, taken_back, department, limit, acceptance_limit, order, condition,
    limit_of_new_cases"""

    of: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, kw_only=True)
class Passage:
    """What would become of a case. With a refusal it cannot be carried, and `stepped` is None."""

    case: str
    before: int
    after: int
    differences: tuple[Difference, ...]
    refusals: tuple[str, ...]
    stepped: Stepped | None = None


def passage(case: Case, old: Item, new: Item, departments: Departments, now: datetime) -> Passage:
    """Carry a case from the version that it keeps to another of the same item."""
    refusals = tuple(_refusals(case, old, new))
    stepped = None
    if not refusals:
        try:
            stepped = _carried(case, old, new, departments, now)
        except (ConditionFailed, UnfilledRole) as error:
            refusals = (str(error),)
    return Passage(
        case=case.code,
        before=old.version,
        after=new.version,
        differences=tuple(_differences(case, old, new)),
        refusals=refusals,
        stepped=stepped,
    )


def migrate(step: Step, new: Item | None, message: MigrateCase, origin: Origin) -> Stepped:
    """Carry a case out of `step`, by the version that it keeps, to `new`; or record the refusal.

    `new` is None for a version that was never published.
    """
    found = passage(step.case, step.item, new, step.departments, step.now) if new else None
    if found is None or found.stepped is None:
        why = found.refusals if found else (f"version {message.version} was never published",)
        refuse(step, message, origin, f"{message.by}: {'; '.join(why)}")
        return step.done()
    said = Migrated(before=found.before, after=found.after, by=message.by, reason=message.reason)
    return replace(found.stepped, changes=(said, *found.stepped.changes))


def _refusals(case: Case, old: Item, new: Item) -> Iterator[str]:
    if case.closed:
        yield f"the case is {case.state} already"
    elif old.key != new.key:
        yield f"it is a case of {old.key}, not of {new.key}"
    elif old.version == new.version:
        yield f"it has version {new.version} already"
    else:
        yield from _asked_at_the_beginning(old, new)
        lacking = _lacking(case, old, new)
        yield from (f"form.{it.field} {it.problem}" for it in lacking)
        if not lacking:  # otherwise conditions over the form would fail
            yield from _materials(case, old, new)
        for key, state in case.tasks.items():
            if not find(old, key).part_of:
                yield from _task(key, state, case, old, new)
        for task in new.task.values():
            if task.key not in case.tasks:
                yield from _unstated(task, case, new)
        yield from _decided_subcases(case, old, new)


def _asked_at_the_beginning(old: Item, new: Item) -> Iterator[str]:
    """What is asked once, when a case is opened, must be the same: nobody asks it again."""
    if {it.key for it in verifications(old)} != {it.key for it in verifications(new)}:
        yield "a promise is verified by other tasks, and whether one was given is asked only once"
    taken = ({(it.key, it.item) for it in item.subitems} for item in (old, new))
    if len({frozenset(one) for one in taken}) > 1:
        yield "the item takes in other items, and which are needed is asked only once"


def _decided_subcases(case: Case, old: Item, new: Item) -> Iterator[str]:
    """A sub-case that has come to its decision gets no further task."""
    for key, tasks in new.subcase_tasks.items():
        before = [case.tasks.get(one) for one in old.subcase_tasks.get(key, ())]
        added = [one for one in tasks if one not in case.tasks]
        if before and added and all(state is not None and state.done for state in before):
            yield f"the sub-case {key} is decided, and would get the task {added[0]}"


def _lacking(case: Case, old: Item, new: Item) -> list[Fault]:
    """What the new version would not take of the form, and the old one took."""
    before = {fault.field for fault in wrong_in(old.form, case.application.form)}
    found = wrong_in(new.form, case.application.form)
    return [fault for fault in found if fault.field not in before]


def _materials(case: Case, old: Item, new: Item) -> Iterator[str]:
    rules = {rule.name: rule for rule in new.materials}
    for due in case.deferrals:
        if due.material not in rules:
            yield f"the material {due.material}, which was promised, is gone"
        elif not rules[due.material].deferrable:
            yield f"the material {due.material}, which was promised, can no longer be promised"
    there = {it.name for it in case.application.materials} | {it.material for it in case.deferrals}
    for name in sorted(_wanted(new, case) - _wanted(old, case) - there):
        yield f"the material {name} is asked for now, and was not handed in"


def _wanted(item: Item, case: Case) -> set[str]:
    """The materials that the applicant must hand in."""
    values = {"form": dict(case.application.form)}
    return {
        rule.name
        for rule in item.materials
        if rule.required
        and not rule.issued_by
        and (not rule.when or condition(rule.when).holds(values))
    }


def _task(key: str, state: TaskState, case: Case, old: Item, new: Item) -> Iterator[str]:
    task = new.task.get(key)
    if task is None:
        if state.status == "completed":
            yield f"the task {key} was answered, and is gone"
        return
    if state.held or state.status == "divided":
        if _shape(task) != _shape(old.task[key]):
            yield f"the task {key} is under way, and falls into other parts"
        for earlier in task.after:
            if earlier not in case.tasks or not case.tasks[earlier].done:
                yield f"the task {key} is under way, and would have to wait for {earlier}"


def _shape(task: Task) -> tuple[object, ...]:
    return task.for_each, task.department if task.joint_with else "", task.joint_with


def _unstated(task: Task, case: Case, new: Item) -> Iterator[str]:
    """Results of tasks that are answered, which a condition asks for and nobody stated."""
    compiled = task.condition
    by_name = {key.replace("-", "_"): key for key in new.task}
    for root, *names in sorted(compiled.names - compiled.asked) if compiled else ():
        state = case.tasks.get(by_name.get(names[0], "")) if root == "results" else None
        if state and state.done and state.results.get(names[1]) is None:
            name = ".".join((root, *names))
            yield f"the condition of {task.key} asks for {name}, which was not stated"


def _differences(case: Case, old: Item, new: Item) -> Iterator[Difference]:
    for name in ("statutory", "promised"):
        one, other = _told(getattr(old, name)), _told(getattr(new, name))
        if one != other:
            yield Difference(what="limit_of_new_cases", of=name, before=one, after=other)
    for key in new.task:
        if key not in old.task:
            yield Difference(what="added", of=key, after=new.task[key].department)
    for key, task in old.task.items():
        state = case.tasks.get(key)
        if key not in new.task:
            held = state is not None and (state.held or state.status == "divided")
            yield Difference(
                what="taken_back" if held else "dropped", of=key, before=task.department
            )
        elif state is None:
            yield from _task_differences(task, new.task[key])


def _task_differences(old: Task, new: Task) -> Iterator[Difference]:
    """Of a task whose turn has not come: what is out stays as it was given out."""
    facts: Mapping[str, tuple[str, str]] = {
        "department": (_who(old), _who(new)),
        "limit": (_told(old.handling), _told(new.handling)),
        "acceptance_limit": (_told(old.acceptance), _told(new.acceptance)),
        "order": (", ".join(old.after), ", ".join(new.after)),
        "condition": (old.when, new.when),
    }
    for what, (before, after) in facts.items():
        if before != after:
            yield Difference(what=what, of=new.key, before=before, after=after)


def _who(task: Task) -> str:
    return " + ".join((task.department, *task.joint_with))


def _told(limit: Limit | None) -> str:
    return f"{limit.amount} {limit.unit.replace('_', ' ')}" if limit else ""


def _carried(case: Case, old: Item, new: Item, departments: Departments, now: datetime) -> Stepped:
    step = Step(replace(case, version=new.version), new, departments, now)
    for key, state in case.tasks.items():
        task = find(old, key)
        if (task.part_of or key) in new.task:
            continue
        if state.held:
            take_back(step, key, f"version {new.version} of the item has no such task")
        del step.tasks[key]
    move_on(step, new.deciding)
    return step.done()
