"""What a department may answer: whole answers, and only procedures that the item knows."""

from services.routing.plan import Item, Task
from services.routing.results import faults_of
from shared.messages import TaskCompleted, TaskSuspended


class Refusal(Exception):
    """A message does not count; `ground` is one of those of the case stream (see Refused)."""

    def __init__(self, reason: str, *, ground: str = "rule") -> None:
        super().__init__(reason)
        self.ground = ground


def check_whole(item: Item, task: Task, message: TaskCompleted) -> None:
    """An answer states what it must, and carries what it must bring forth; raises Refusal."""
    if task.approval == "two-person":
        _check_two(message)
    if task.issuing and message.outcome != "approved":
        raise Refusal("the case is approved: what is left is to issue the document")
    if message.outcome == "rejected":
        for name in ("opinion", "legal_basis"):
            if not getattr(message, name).strip():
                raise Refusal(f"incomplete: a rejection must state its {name}")
        return
    if message.outcome == "approved_with_conditions" and task.on_promise == "verify":
        raise Refusal("the case is decided: a promise was kept (approved) or broken (rejected)")
    if message.outcome == "approved_with_conditions" and not message.conditions:
        raise Refusal("incomplete: an approval with conditions must state its conditions")
    problems = faults_of(task.results, message.results)
    if problems:
        raise Refusal("incomplete: " + "; ".join(problems))
    there = {document.name for document in message.documents}
    lacking = [it.name for it in item.issued.get(task.key, ()) if it.name not in there]
    if lacking:
        raise Refusal(f"incomplete: an approval must carry the document {', '.join(lacking)}")


def _check_two(message: TaskCompleted) -> None:
    """Who examines and who decides are two persons, where the item says so."""
    if not message.approved_by.strip():
        raise Refusal("incomplete: this answer must state approved_by, the head who approved it")
    if message.approved_by == message.officer:
        raise Refusal(f"{message.officer} drafted the answer and cannot be who approves it")


def check_returnable(task: Task) -> None:
    """The applicant hands in nothing more once the case is decided; raises Refusal."""
    if not task.decides:
        raise Refusal("the case is decided, so nothing can be asked of the applicant any more")


def check_procedure(item: Item, task: Task, message: TaskSuspended) -> None:
    """Where the item says which procedures stop the clock, no other does, and none for longer.

    Raises Refusal.
    """
    if not item.procedures:
        return
    allowed = [it for it in item.procedures if it.key in task.procedures]
    meant = [it for it in allowed if message.procedure in (it.key, it.title.zh, it.title.en)]
    if not meant:
        names = ", ".join(it.key for it in allowed) or "none"
        raise Refusal(f"the clock of this task stops for: {names}; not for {message.procedure}")
    limit = meant[0].limit
    if limit.unit == "working_days" and message.days > limit.amount:
        raise Refusal(f"{meant[0].key} may take {limit.amount} working days, not {message.days}")
