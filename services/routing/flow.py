"""How a case goes on: whose turn has come, what parts come to together, when all is done."""

from collections.abc import Iterable
from typing import Any

from services.routing.case import TaskState, assignment_of
from services.routing.handing import assign, cancel_open
from services.routing.parts import parts_of, states_of, verdict
from services.routing.plan import Task
from services.routing.settling import ground_of, settle_at_once
from services.routing.step import Step
from services.routing.subcases import decide_subcases, end_subcase
from services.routing.subitems import key_in
from shared.messages.progress import Completed, Skipped


def move_on(step: Step, keys: Iterable[str]) -> None:
    """Begin those of the tasks whose turn has come, or skip them; then see whether all is done.

    A condition is asked once, when the task's turn comes; its answer stays.
    """
    waiting = list(keys)
    for key in waiting:
        task = step.item.task[key]
        if key in step.tasks or not _turn_of(step, task):
            continue
        if not _begin(step, task):
            waiting.extend(step.item.next_after[key])
    settle(step)


def gather(step: Step, task: Task) -> None:
    """Once every part of a divided task is done, let the task come to its outcome."""
    states = states_of(task, step.item, step.tasks)
    if not all(state.done for state in states.values()):
        return
    found = verdict(task, states)
    said = {name: getattr(found, name) for name in ("outcome", "opinion", "legal_basis")}
    step.tasks[task.key] = TaskState(
        status="completed", conditions=found.conditions, results=found.results, **said
    )
    step.changes.append(
        Completed(
            task=task.key,
            assignment=assignment_of(step.case.code, task.key, 1),
            department=step.filling(task.department),
            conditions=found.conditions,
            documents=(),
            officer="",
            stated_at=step.now,
            **said,
        )
    )
    if found.outcome == "rejected" and step.item.on_rejection == "stop":
        cancel_open(step, "the application was rejected")
        reasons = (found.opinion, found.legal_basis)
        step.decide("rejected", reasons=reasons, conditions=())
    else:
        go_on(step, task, found.outcome)


def go_on(step: Step, task: Task, outcome: str) -> None:
    """What follows once a task has come to its outcome, and the case goes on."""
    if outcome == "rejected" and task.subcase and step.item.subcase[task.subcase].stops:
        end_subcase(step, task.subcase)
        move_on(step, step.item.deciding)
    else:
        move_on(step, step.item.next_after[task.key])


def settle(step: Step) -> None:
    """Decide the case if every task is done and nothing that was promised is missing."""
    decide_subcases(step)
    if step.closed or not step.all_done():
        return
    completed = [step.tasks[key] for key in step.item.deciding if step.tasks[key].outcome]
    against = [task for task in completed if task.outcome == "rejected"]
    if against:
        reasons = tuple(text for it in against for text in (it.opinion, it.legal_basis))
        step.decide("rejected", reasons=reasons, conditions=())
    elif not step.deferrals:
        conditions = tuple(text for task in completed for text in task.conditions)
        limited = any(task.outcome == "approved_with_conditions" for task in completed)
        outcome = "approved_with_conditions" if limited else "approved"
        step.decide(outcome, reasons=(), conditions=conditions)
        move_on(step, step.item.afterwards)


def _turn_of(step: Step, task: Task) -> bool:
    if not task.decides and not step.closed:
        return False
    return all(key in step.tasks and step.tasks[key].done for key in task.after)


def _values(step: Step, task: Task) -> dict[str, dict[str, Any]]:
    """What a task's condition speaks of, in a sub-case its own tasks only.

    A task that was skipped gave no results.
    """
    form = dict(step.application.form)
    if not task.subcase:
        results = {key.replace("-", "_"): one.results for key, one in step.tasks.items()}
        return {"form": form, "results": results}
    beginning = key_in(task.subcase, "")
    results = {
        key.removeprefix(beginning).replace("-", "_"): one.results
        for key, one in step.tasks.items()
        if key.startswith(beginning)
    }
    return {"form": form, "results": results}


def _begin(step: Step, task: Task) -> bool:
    """Hand the task, or its parts, to departments; false if it is done without them."""
    if task.condition is not None and not task.condition.holds(_values(step, task)):
        return _skip(step, task, f"{task.when}: false")
    if ground := ground_of(step, task):
        settle_at_once(step, task, ground)
        return False
    if not task.divided:
        assign(step, task, step.filling(task.department))
        return True
    parts = parts_of(task, step.application.form)
    if not parts:
        return _skip(step, task, f"{task.for_each}: empty")
    step.tasks[task.key] = TaskState(status="divided")
    for part in parts:
        assign(step, part, step.filling(part.department, part))
    return True


def _skip(step: Step, task: Task, reason: str) -> bool:
    step.tasks[task.key] = TaskState(status="skipped")
    step.changes.append(Skipped(task=task.key, reason=reason))
    return False
