"""What routing does when supervision says that a department has kept silent for too long.

The task goes on to the lead department, or is approved on the ground of silence with the legal
basis of the limit that has passed. What a department was told stays as it was told, so it goes by
the directive and not by the item, which may have another version since.

A directive speaks of one assignment that waits for its answer. Where that was answered, stopped or
handed on meanwhile, or the case is over, it came too late, or again: nothing changes.
"""

from services.routing.flow import gather, go_on
from services.routing.handing import take_back, transfer
from services.routing.parts import find
from services.routing.plan import Task
from services.routing.settling import Ground, settle_at_once
from services.routing.step import Step
from shared.messages import ActOnSilence, Text

CONSENT = Text(
    zh="办理时限届满未答复，视为同意",
    en="The handling limit passed without an answer: deemed approved",
)
PASSED = "the handling limit passed without an answer"
BY = "supervision"


def act_on_silence(step: Step, message: ActOnSilence) -> None:
    """Carry a directive out if its assignment still waits for an answer."""
    state = step.tasks.get(message.task)
    if state is None or state.assignment != message.assignment or state.status != "open":
        return
    task = find(step.item, message.task)
    if message.silence == "reassign":
        _reassign(step, task, message)
    else:
        _deem_approved(step, task, message)


def _reassign(step: Step, task: Task, message: ActOnSilence) -> None:
    lead = step.filling(step.item.lead)
    if message.department != lead:  # it answers for the case, and has the task last
        reason = f"{PASSED} ({message.source})" if message.source else PASSED
        transfer(step, task, lead, by=BY, reason=reason)


def _deem_approved(step: Step, task: Task, message: ActOnSilence) -> None:
    take_back(step, task.key, PASSED)
    settle_at_once(step, task, Ground(name="silence", reason=CONSENT, source=message.source))
    if task.part_of:
        gather(step, step.item.task[task.part_of])
    else:
        go_on(step, task, "approved")
