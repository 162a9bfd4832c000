"""More time for one task: its department asks, and the item says how much and that it is once.

The head of the department has agreed before it is asked for (Administrative Licensing Law,
article 42). The clocks of the case stay: only the case's own extension moves those.
"""

from services.routing.handing import supplement
from services.routing.permitted import Refusal
from services.routing.plan import Task
from services.routing.step import Step
from shared.messages import TaskExtensionRequested
from shared.messages.ordered import TaskExtended
from shared.values import with_changed

GRANTED = "more time was granted for this task"


def extend_task(step: Step, task: Task, message: TaskExtensionRequested) -> None:
    """Extend the handling limit of a task that a department has in hand; raises Refusal."""
    rule, state = task.extension, step.tasks[task.key]
    if rule is None or task.handling is None:
        raise Refusal("the item allows no extension of this task")
    if state.extended:
        raise Refusal("the task was extended before, and that is done once")
    if message.approved_by == message.officer:
        raise Refusal(f"{message.officer} asked for more time and cannot be who agrees to it")
    step.tasks[task.key] = with_changed(state, extended=True)
    step.changes.append(
        TaskExtended(
            task=task.key,
            assignment=message.assignment,
            department=message.department,
            amount=rule.amount,
            unit=rule.unit,
            source=rule.source,
            officer=message.officer,
            approved_by=message.approved_by,
            reason=message.reason,
            legal_basis=message.legal_basis,
            stated_at=message.at,
        )
    )
    supplement(step, task.key, GRANTED, extension=rule)
