"""How a case goes: pure rules, (state, message, now) -> (state, changes, messages).

Routing is told of a case by intake (accepted, supplemented, withdrawn), by departments (`answers`),
by persons who may order something (`orders`, `merging`) and by supervision (`silence`). What one
step changed is said in one numbered CaseProgressed.

Conditional acceptance: a case whose departments have all agreed is not approved while a promised
material is missing; it is `awaiting_materials`. That it fails when the promised date passes is for
supervision's clock to say; a rejection or a withdrawal does not wait.

A supplement resumes a task that was returned if it brings something of what the department named,
or if the department named nothing that the item knows (then only the department can tell). Every
department that has a task in hand gets what it may see of it. A condition that was asked before
stays as it was answered.
"""

from datetime import datetime
from typing import Any

from services.routing.answers import Origin, answer, refuse
from services.routing.case import Application, Case
from services.routing.departments import Departments
from services.routing.flow import move_on, settle
from services.routing.handing import cancel_open, supplement, visible
from services.routing.orders import carry_out
from services.routing.plan import Item
from services.routing.silence import act_on_silence
from services.routing.step import Step, Stepped
from services.routing.subcases import open_subcases
from services.routing.verifying import open_promise
from shared.errors import OneWindowError
from shared.messages import (
    ActOnSilence,
    CaseAccepted,
    CaseProgressed,
    CaseSupplemented,
    CaseWithdrawn,
    CorrectCase,
    ExtendCase,
    TransferTask,
)
from shared.messages.progress import Change, Opened, Supplemented, Withdrawn


class UnknownCase(OneWindowError):
    """A message speaks of a case that routing has not been told of yet; trying later may help."""


def apply(
    case: Case | None,
    message: Any,
    origin: Origin,
    *,
    item: Item,
    departments: Departments,
    now: datetime,
) -> Stepped:
    """Let one message act on a case. `item` is the version that the case keeps.

    Raises UnknownCase for a case that is not there, ConditionFailed where a condition of the item
    gives no answer for this form.
    """
    if isinstance(message, CaseAccepted):
        return Stepped(case=case) if case else _open(message, item, departments, now)
    if case is None:
        raise UnknownCase(f"routing knows no case {message.case}")
    step = Step(case, item, departments, now)
    if isinstance(message, CaseSupplemented):
        _supplement(step, message, origin)
    elif isinstance(message, CaseWithdrawn):
        _withdraw(step, message, origin)
    elif isinstance(message, ExtendCase | TransferTask | CorrectCase):
        carry_out(step, message, origin)
    elif isinstance(message, ActOnSilence):
        act_on_silence(step, message)
    else:
        answer(step, message, origin)
    return step.done()


def progress(case: Case, changes: tuple[Change, ...], now: datetime) -> tuple[Case, CaseProgressed]:
    """Number what was changed: the case with its new number, and what the case stream says."""
    numbered = case.numbered(case.number + 1)
    return numbered, CaseProgressed(
        case=case.code,
        number=numbered.number,
        at=now,
        item=case.item,
        item_version=case.version,
        region=case.region,
        state=case.state,
        changes=changes,
    )


def _open(message: CaseAccepted, item: Item, departments: Departments, now: datetime) -> Stepped:
    application = Application(
        applicant=message.applicant, form=message.form, materials=message.materials
    )
    case = Case(
        code=message.case,
        item=item.key,
        version=item.version,
        region=message.region,
        deferrals=message.deferrals,
        application=application,
    )
    step = Step(case, item, departments, now)
    step.changes.append(_opened(message, item, step.filling(item.lead)))
    open_promise(step)
    open_subcases(step)
    move_on(step, item.deciding)
    return step.done()


def _opened(message: CaseAccepted, item: Item, lead: str) -> Opened:
    return Opened(
        title=item.title,
        applicant=message.applicant.name,
        channel=message.channel,
        received_at=message.received_at,
        accepted_at=message.accepted_at,
        lead=lead,
        statutory=item.statutory,
        promised=item.promised,
        deferrals=message.deferrals,
        extension=item.extension,
    )


def _supplement(step: Step, message: CaseSupplemented, origin: Origin) -> None:
    if step.case.closed:
        refuse(step, message, origin, f"the case is {step.case.state} already")
        return
    brought = {*message.form, *(material.name for material in message.materials)}
    step.application = step.application.with_more(message.form, message.materials)
    met = tuple(due.material for due in step.deferrals if due.material in brought)
    step.deferrals = tuple(due for due in step.deferrals if due.material not in brought)
    step.changes.append(
        Supplemented(
            fields=tuple(message.form),
            materials=message.materials,
            deferrals_met=met,
            note=message.note,
        )
    )
    _pass_on(step, brought, message.note)
    settle(step)


def _pass_on(step: Step, brought: set[str], note: str) -> None:
    for key, task in list(step.tasks.items()):
        awaited = task.status == "returned" and _mends(task.missing, brought, step.item)
        if awaited:
            step.resume(key, "the applicant has handed in more")
        if task.held and (awaited or visible(step.item, key, brought)):
            supplement(step, key, note)


def _mends(missing: tuple[str, ...], brought: set[str], item: Item) -> bool:
    named = {subject.rpartition(".")[2] for subject in missing} & item.subjects
    return not named or not named.isdisjoint(brought)


def _withdraw(step: Step, message: CaseWithdrawn, origin: Origin) -> None:
    if step.case.state == "withdrawn":
        return
    if step.case.closed:
        refuse(step, message, origin, "the case is decided already")
        return
    cancel_open(step, "the applicant withdrew the case")
    step.end = "withdrawn"
    step.changes.append(Withdrawn(reason=message.reason))
