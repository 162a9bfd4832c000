"""What a named person orders about a running case: more time, another department, a correction.

An order counts if the item allows it and the case is still there for it; otherwise it is refused,
which the case stream says. So what comes twice, or too late, changes nothing.
"""

import json
from collections.abc import Callable
from typing import Any

from services.routing.answers import Origin, refuse
from services.routing.handing import supplement, transfer, visible
from services.routing.parts import find
from services.routing.permitted import Refusal
from services.routing.results import wrong_in
from services.routing.step import Step
from shared.messages import CorrectCase, ExtendCase, TransferTask
from shared.messages.ordered import Corrected, Correction, Extended

CORRECTED = "a mistake in the application was corrected"


def carry_out(step: Step, message: Any, origin: Origin) -> None:
    """Carry an order out, or record that it was refused."""
    try:
        _RULES[type(message)](step, message)
    except Refusal as refusal:
        refuse(step, message, origin, f"{message.by}: {refusal}")


def _extend(step: Step, message: ExtendCase) -> None:
    if step.closed:
        raise Refusal(f"the case is {step.case.state} already")
    rule = step.item.extension
    if rule is None:
        raise Refusal("the item allows no extension")
    if message.capacity not in (rule.by.zh, rule.by.en):
        raise Refusal(f"{rule.by.zh} grants the extension, not {message.capacity}")
    if step.extended:
        raise Refusal("the case was extended before, and that is done once")
    step.extended = True
    step.changes.append(
        Extended(
            amount=rule.amount,
            unit=rule.unit,
            by=message.by,
            capacity=message.capacity,
            reason=message.reason,
            legal_basis=message.legal_basis,
        )
    )


def _transfer(step: Step, message: TransferTask) -> None:
    task = step.tasks.get(message.task)
    if task is None or not task.held:
        raise Refusal(f"no department has the task {message.task!r} in hand")
    if message.department not in step.departments:
        raise Refusal(f"there is no department {message.department!r}")
    if message.department == task.department:
        raise Refusal(f"{message.department} has the task already")
    step.resume(message.task, "the task goes to another department", message.by)
    of = find(step.item, message.task)
    transfer(step, of, message.department, by=message.by, reason=message.reason)


def _correct(step: Step, message: CorrectCase) -> None:
    if not message.form and not message.note.strip():
        raise Refusal("nothing is corrected: name form fields, or say in the note what is")
    _check_form(step, message)
    before = step.application.form
    step.application = step.application.with_more(message.form, ())
    step.changes.append(
        Corrected(
            corrections=tuple(
                Correction(field=name, before=_said(before.get(name)), after=_said(value))
                for name, value in message.form.items()
            ),
            note=message.note,
            by=message.by,
            reason=message.reason,
        )
    )
    for key, task in list(step.tasks.items()):
        if task.held and visible(step.item, key, message.form):
            supplement(step, key, CORRECTED)


def _check_form(step: Step, message: CorrectCase) -> None:
    known = {field.name for field in step.item.form}
    unknown = sorted(message.form.keys() - known)
    if unknown:
        raise Refusal(f"form.{unknown[0]} is not asked for")
    faults = wrong_in((it for it in step.item.form if it.name in message.form), message.form)
    for fault in faults:
        raise Refusal(f"form.{fault.field} {fault.problem}")


def _said(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)[:8_000]


_RULES: dict[type, Callable[[Step, Any], None]] = {
    ExtendCase: _extend,
    TransferTask: _transfer,
    CorrectCase: _correct,
}
