"""Approval on a promise: trust first, verify later, and revoke what was not true.

Where the applicant has signed the item's promise, the tasks that may be trusted are approved at
once. When the case is approved its verification begins: tasks of their own, with limits of their
own, while the case is decided already. Who finds the promise broken rejects, with reasons and legal
basis, and that revokes the decision (Administrative Licensing Law, article 69).

Whether the promise was given is asked once, when the case is opened: where it was not, the
verification is skipped there and then, and by that it is known ever after.
"""

from collections.abc import Iterator

from services.routing.case import TaskState
from services.routing.plan import Item, Task
from services.routing.step import Step
from shared.messages import TaskCompleted
from shared.messages.progress import Revoked, Skipped

NOT_PROMISED = "no promise was signed"


def verifications(item: Item) -> Iterator[Task]:
    """The tasks that verify a promise."""
    return (task for task in item.tasks if task.on_promise == "verify")


def open_promise(step: Step) -> None:
    """Ask whether the promise is given; where it is not, nothing will be verified."""
    if _is_given(step):
        return
    for task in verifications(step.item):
        step.tasks[task.key] = TaskState(status="skipped")
        step.changes.append(Skipped(task=task.key, reason=NOT_PROMISED))


def is_promised(step: Step) -> bool:
    """Whether the case goes by the applicant's promise."""
    found = [step.tasks.get(task.key) for task in verifications(step.item)]
    return any(state is None or state.status != "skipped" for state in found)


def revoke(step: Step, task: Task, message: TaskCompleted) -> None:
    """Take the approval back: the promise was found broken."""
    step.changes.append(
        Revoked(
            task=task.key,
            department=message.department,
            reasons=(message.opinion,),
            legal_basis=message.legal_basis,
        )
    )


def _is_given(step: Step) -> bool:
    promise, application = step.item.promise, step.application
    if promise is None or not promise.condition.holds({"form": dict(application.form)}):
        return False
    return not promise.material or promise.material in {it.name for it in application.materials}
