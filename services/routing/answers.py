"""What a department's answer does to a case.

An answer counts if the department that gives it holds the assignment that it names. Anything else
is recorded in the case stream as refused, with the ground, and has no effect; so is an answer that
was heard before under another message id. Nothing that a department says vanishes.

- A rejection needs its reasons and its legal basis (Administrative Licensing Law, articles 38, 55),
  an approval with conditions its conditions, an approval the results that the item asks for.
- The first rejection ends the case or, if the item collects all opinions (`on_rejection: collect`),
  decides it once every task is done. In a joint review that goes by a quorum or by the lead's say,
  a rejection is one opinion among others.
- The rejection of a verification revokes the decision (see `verifying`).
- A task that is declined goes to the department that was proposed, otherwise to the lead
  department. Nobody gets it twice but the lead department, which answers for the case: it gets the
  task last, and can pass it on only to a department that has not had it. So it comes to rest.
- A department that answers while its task waits ends the waiting.
- A progress note is told as long as the department holds the task, and changes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from services.routing.case import Case, TaskState, digest
from services.routing.extending import extend_task
from services.routing.flow import gather, go_on
from services.routing.handing import cancel_open, give_back
from services.routing.issuing import bring_forth
from services.routing.parts import find
from services.routing.permitted import Refusal, check_procedure, check_returnable, check_whole
from services.routing.plan import Task
from services.routing.step import Step
from services.routing.verifying import revoke
from shared.messages import (
    TaskAccepted,
    TaskCompleted,
    TaskDeclined,
    TaskExtensionRequested,
    TaskNoted,
    TaskResumed,
    TaskReturned,
    TaskSuspended,
)
from shared.messages.progress import Accepted, Completed, Declined, Noted, Refused, Returned
from shared.messages.registry import name_of
from shared.values import with_changed


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Where a message came from, as the broker vouches: a service, or a department's worker."""

    role: str
    unit: str = ""
    message_id: str = ""

    def __str__(self) -> str:
        return f"department.{self.unit}" if self.unit else self.role


def answer(step: Step, message: Any, origin: Origin) -> None:
    """Let a department's answer act on the case, or record that it was refused."""
    try:
        key, task = _holder(step, message, origin)
        if _says_nothing_new(task, message):
            return
        _still_wanted(task, message)
        _RULES[type(message)](step, find(step.item, key), message)
    except Refusal as refusal:
        refuse(step, message, origin, str(refusal), ground=refusal.ground)


def refuse(step: Step, message: Any, origin: Origin, reason: str, *, ground: str = "rule") -> None:
    """Record in the case stream that a message did not count."""
    step.changes.append(
        Refused(
            sender=str(origin),
            message_type=name_of(type(message)),
            message_id=origin.message_id,
            assignment=getattr(message, "assignment", ""),
            reason=reason,
            forged=ground == "forged",
            ground=ground,
        )
    )


def _holder(step: Step, message: Any, origin: Origin) -> tuple[str, TaskState]:
    for key, task in step.tasks.items():
        if task.assignment != message.assignment and not task.past:
            continue  # most of a large plan
        for assignment, department in _assignments(task):
            if assignment == message.assignment:
                _check_right(step, message, origin, department)
                return key, task
    raise Refusal(f"the case has no assignment {message.assignment!r}", ground="not_held")


def _assignments(task: TaskState) -> list[tuple[str, str]]:
    earlier = [(past.assignment, past.department) for past in task.past]
    return [(task.assignment, task.department), *earlier]


def _check_right(step: Step, message: Any, origin: Origin, department: str) -> None:
    if message.department != department:
        raise Refusal(
            f"{message.department} answered, but {department} holds the assignment", ground="forged"
        )
    known = step.departments.get(department)
    by_desk = origin.role == "department"
    if by_desk != bool(known and known.desk):
        through = "its own worker" if by_desk else "the desk"
        raise Refusal(f"{department} answers through {through}, not {origin}", ground="forged")


def _says_nothing_new(task: TaskState, message: Any) -> bool:
    """Who has answered has taken the task up: a late acceptance says nothing new."""
    if not isinstance(message, TaskAccepted):
        return False
    current = message.assignment == task.assignment
    return not current or task.accepted or task.status == "completed"


def print_of(message: Any) -> str:
    """What makes two answers the same one. Final answers are the same whenever they are said."""
    kind = type(message)
    return digest(kind.__name__, message.assignment, *_CONTENT[kind](message))


def is_heard(task: TaskState, message: Any) -> bool:
    """Whether this very answer has counted for the task. Acceptances and notes leave no print."""
    if not task.heard:
        return False
    return print_of(message) in task.heard or _earlier_print(message) in task.heard


def _earlier_print(message: Any) -> str:
    """The print of the versions that told answers which are not final apart by their time alone."""
    return digest(type(message).__name__, message.assignment, message.at)


def may_have_counted(case: Case, message: Any) -> bool:
    """Whether this very answer is one that counted, as far as the case remembers.

    Of an acceptance it remembers only that there was one, of a note nothing: who has the
    assignment may have said it.
    """
    for task in case.tasks.values():
        if is_heard(task, message):
            return True
        named = message.assignment in (it for it, _department in _assignments(task))
        if named and isinstance(message, TaskNoted):
            return True
        if named and _says_nothing_new(task, message):
            return True
    return False


def _still_wanted(task: TaskState, message: Any) -> None:
    if is_heard(task, message):
        raise Refusal("the same answer has counted before", ground="repeated")
    if message.assignment != task.assignment:
        raise Refusal("the department gave the task back earlier", ground="not_held")
    if task.status == "completed":
        raise Refusal("the task has been answered already, and differently", ground="settled")
    if task.status in ("cancelled", "skipped"):
        raise Refusal("the task was cancelled before", ground="cancelled")


def _taken_up(step: Step, task: Task, message: Any) -> None:
    """Whoever asks for more, or begins a special procedure, has taken the task up by that."""
    if not step.tasks[task.key].accepted:
        _accepted(step, task, message)


def _accepted(step: Step, task: Task, message: Any) -> None:
    step.tasks[task.key] = with_changed(step.tasks[task.key], accepted=True)
    step.changes.append(
        Accepted(
            task=task.key,
            assignment=message.assignment,
            department=message.department,
            officer=message.officer,
            stated_at=message.at,
        )
    )


def _noted(step: Step, task: Task, message: TaskNoted) -> None:
    """For whoever watches the case; nothing else comes of it."""
    step.changes.append(
        Noted(
            task=task.key,
            assignment=message.assignment,
            department=message.department,
            note=message.note,
            percent=message.percent,
            officer=message.officer,
            stated_at=message.at,
        )
    )


def _completed(step: Step, task: Task, message: TaskCompleted) -> None:
    check_whole(step.item, task, message)
    step.resume(task.key, "the department has answered", message.officer)
    step.tasks[task.key] = with_changed(
        _remember(step.tasks[task.key], message),
        status="completed",
        outcome=message.outcome,
        opinion=message.opinion,
        conditions=message.conditions,
        results=message.results,
        legal_basis=message.legal_basis if message.outcome == "rejected" else "",
    )
    step.changes.append(
        Completed(
            task=task.key,
            assignment=message.assignment,
            department=message.department,
            outcome=message.outcome,
            opinion=message.opinion,
            legal_basis=message.legal_basis,
            conditions=message.conditions,
            documents=message.documents,
            officer=message.officer,
            stated_at=message.at,
            approved_by=message.approved_by,
        )
    )
    if message.outcome != "rejected":
        bring_forth(step, task, message)
    if message.outcome == "rejected" and task.on_promise == "verify":
        cancel_open(step, "the decision was revoked")
        revoke(step, task, message)
    elif message.outcome == "rejected" and _ends_the_case(step, task):
        _stop(step, message)
    elif task.part_of:
        gather(step, step.item.task[task.part_of])
    else:
        go_on(step, task, message.outcome)


def _ends_the_case(step: Step, task: Task) -> bool:
    return step.item.on_rejection == "stop" and task.decision == "all"


def _stop(step: Step, message: TaskCompleted) -> None:
    cancel_open(step, "the application was rejected")
    step.decide("rejected", reasons=(message.opinion, message.legal_basis), conditions=())


def _returned(step: Step, task: Task, message: TaskReturned) -> None:
    _not_waiting(step.tasks[task.key])
    check_returnable(task)
    _taken_up(step, task, message)
    state = _remember(step.tasks[task.key], message)
    missing = tuple(shortcoming.subject for shortcoming in message.missing)
    step.tasks[task.key] = with_changed(state, missing=missing)
    step.changes.append(
        Returned(
            task=task.key,
            assignment=message.assignment,
            department=message.department,
            missing=message.missing,
            legal_basis=message.legal_basis,
            officer=message.officer,
            stated_at=message.at,
        )
    )
    step.suspend(
        task.key,
        status="returned",
        reason="the applicant is to hand in what is missing",
        legal_basis=message.legal_basis,
        officer=message.officer,
    )


def _suspended(step: Step, task: Task, message: TaskSuspended) -> None:
    _not_waiting(step.tasks[task.key])
    check_procedure(step.item, task, message)
    _taken_up(step, task, message)
    step.tasks[task.key] = _remember(step.tasks[task.key], message)
    step.suspend(
        task.key,
        status="suspended",
        reason=f"{message.procedure} ({message.days} working days)",
        legal_basis=message.legal_basis,
        officer=message.officer,
    )


def _resumed(step: Step, task: Task, message: TaskResumed) -> None:
    if step.tasks[task.key].status != "suspended":
        raise Refusal("no special procedure is going on")
    step.tasks[task.key] = _remember(step.tasks[task.key], message)
    step.resume(task.key, message.finding or "the special procedure is over", message.officer)


def _extended(step: Step, task: Task, message: TaskExtensionRequested) -> None:
    extend_task(step, task, message)
    step.tasks[task.key] = _remember(step.tasks[task.key], message)


def _declined(step: Step, task: Task, message: TaskDeclined) -> None:
    department = _next_department(step, task, message)
    step.resume(task.key, "the department has given the task back", message.officer)
    step.tasks[task.key] = _remember(step.tasks[task.key], message)
    step.changes.append(
        Declined(
            task=task.key,
            assignment=message.assignment,
            department=message.department,
            reason=message.reason,
            proposal=message.proposal,
            officer=message.officer,
            stated_at=message.at,
        )
    )
    give_back(step, task, department)


def _next_department(step: Step, task: Task, message: TaskDeclined) -> str:
    had_it = {department for _, department in _assignments(step.tasks[task.key])}
    proposed = _proposed(step, message.proposal)
    if proposed and proposed not in had_it:
        return proposed
    lead = step.filling(step.item.lead)
    if message.department != lead:
        return lead
    raise Refusal(
        "the lead department answers for the case: it can pass the task on only by proposing "
        "a department that has not had it"
    )


def _proposed(step: Step, proposal: str) -> str:
    """The department that is meant, whether it or a role of it is named; empty if none is."""
    if proposal in step.departments:
        return proposal
    return step.filling(proposal) if proposal in step.departments.roles else ""


def _not_waiting(task: TaskState) -> None:
    if task.waits:
        raise Refusal(f"the task waits already: it is {task.status}")


def _remember(task: TaskState, message: Any) -> TaskState:
    return with_changed(task, heard=(*task.heard, print_of(message)))


_CONTENT: dict[type, Callable[[Any], tuple[Any, ...]]] = {
    TaskAccepted: attrgetter("at", "officer"),
    TaskNoted: attrgetter("at", "note", "percent", "officer"),
    TaskCompleted: attrgetter(
        "outcome", "opinion", "legal_basis", "conditions", "results", "documents"
    ),
    TaskReturned: attrgetter("at", "missing", "legal_basis"),
    TaskSuspended: attrgetter("at", "procedure", "legal_basis", "days"),
    TaskResumed: attrgetter("at", "finding"),
    TaskDeclined: attrgetter("reason", "proposal"),
    TaskExtensionRequested: attrgetter("at", "reason", "legal_basis"),
}
"""What an answer says, as far as two of them are told apart by it."""

_RULES: dict[type, Callable[[Step, Task, Any], None]] = {
    TaskAccepted: _accepted,
    TaskNoted: _noted,
    TaskCompleted: _completed,
    TaskReturned: _returned,
    TaskSuspended: _suspended,
    TaskResumed: _resumed,
    TaskDeclined: _declined,
    TaskExtensionRequested: _extended,
}
