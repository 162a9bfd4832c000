"""Tasks that are approved without an answer of their department, because the item says so."""

from dataclasses import dataclass

from services.routing.case import TaskState
from services.routing.plan import Task
from services.routing.step import Step
from services.routing.verifying import is_promised
from shared.messages import Text
from shared.messages.progress import Settled
from shared.values import with_changed


@dataclass(frozen=True, kw_only=True)
class Ground:
    """On what ground a task is settled at once, the reason for people, and its legal basis."""

    name: str
    reason: Text
    source: str = ""


def ground_of(step: Step, task: Task) -> Ground | None:
    """The ground on which a task whose turn has come is settled; None where there is none.

    A formal look: the condition of the item is asked once, over the form alone, and its answer
    stays. Or the promise that the applicant signed, for a task that may be trusted.
    """
    promise = step.item.promise
    if promise and task.on_promise == "trust" and is_promised(step):
        return Ground(name="promise", reason=promise.reason, source=promise.source)
    form = {"form": dict(step.application.form)}
    if task.formal and task.formal.condition.holds(form):
        return Ground(name="formal", reason=task.formal.reason)
    return None


def settle_at_once(step: Step, task: Task, ground: Ground) -> None:
    """Approve a task on this ground, for the department that had it or would have; no answer can
    count for it any more."""
    said = "\n".join(filter(None, (ground.reason.zh, ground.reason.en, ground.source)))
    before = step.tasks.get(task.key) or TaskState(
        status="open", department=step.filling(task.department, task)
    )
    step.tasks[task.key] = with_changed(
        before, status="completed", outcome="approved", opinion=said
    )
    step.changes.append(
        Settled(
            task=task.key,
            title=task.title,
            department=before.department,
            ground=ground.name,
            reason=said,
        )
    )
