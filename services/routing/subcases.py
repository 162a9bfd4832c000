"""Sub-cases of a running case: which are opened, what each comes to, what a rejection ends.

Which are needed is asked once, when the case is opened; the tasks of those that are not are skipped
there and then. A sub-case is decided when all of its tasks are done, with a decision of its own in
the case stream; the case is decided when all of them are. Where the case collects
(`on_rejection: collect`), a rejection in a sub-case whose own item stops at it ends that sub-case
alone.
"""

from dataclasses import replace

from services.routing.case import TaskState
from services.routing.handing import take_back
from services.routing.parts import states_of
from services.routing.plan import Subitem
from services.routing.step import Step
from shared.messages.progress import Skipped, SubcaseDecided, SubcaseOpened

REJECTED = "the sub-case was rejected"


def open_subcases(step: Step) -> None:
    """Open the sub-cases that this form needs."""
    form = {"form": dict(step.application.form)}
    for one in step.item.subitems:
        if one.condition is None or one.condition.holds(form):
            opened = SubcaseOpened(subcase=one.key, item=one.item, title=one.title)
            step.changes.append(opened)
            continue
        for key in step.item.subcase_tasks[one.key]:
            _skip(step, key, f"{one.when}: false")


def end_subcase(step: Step, key: str) -> None:
    """Nothing more of a sub-case is wanted: what is in hand is taken back, the rest is skipped."""
    for name in step.item.subcase_tasks[key]:
        task, state = step.item.task[name], step.tasks.get(name)
        for part, of_part in states_of(task, step.item, step.tasks).items():
            if of_part.held:
                take_back(step, part, REJECTED)
                step.tasks[part] = replace(step.tasks[part], status="skipped")
        if state is None or state.status == "divided":
            _skip(step, name, REJECTED)
        elif state.held:
            take_back(step, name, REJECTED)
            step.tasks[name] = replace(step.tasks[name], status="skipped")


def decide_subcases(step: Step) -> None:
    """Decide those sub-cases of which the last task was done in this step."""
    for one in step.item.subitems:
        keys = step.item.subcase_tasks[one.key]
        done_before = all(_done(step.case.tasks.get(key)) for key in keys)
        if done_before or one.key in step.decided_subcases:
            continue
        if all(_done(step.tasks.get(key)) for key in keys):
            step.decided_subcases.add(one.key)
            _decide(step, one, [step.tasks[key] for key in keys])


def _done(state: TaskState | None) -> bool:
    return state is not None and state.done


def _decide(step: Step, one: Subitem, states: list[TaskState]) -> None:
    answered = [state for state in states if state.outcome]
    if not answered:
        return  # it was not needed
    against = [state for state in answered if state.outcome == "rejected"]
    conditions = () if against else tuple(text for it in answered for text in it.conditions)
    approved = "approved_with_conditions" if conditions else "approved"
    step.changes.append(
        SubcaseDecided(
            subcase=one.key,
            outcome="rejected" if against else approved,
            reasons=tuple(text for it in against for text in (it.opinion, it.legal_basis)),
            conditions=conditions,
        )
    )


def _skip(step: Step, key: str, reason: str) -> None:
    step.tasks[key] = TaskState(status="skipped")
    step.changes.append(Skipped(task=key, reason=reason))
