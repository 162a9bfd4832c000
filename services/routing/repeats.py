"""Answers under a message id that was used before.

Delivery gives every message id its effect once, and hands over what comes under it again. The very
same answer is a repeat of the broker or of its sender: there is nothing to say about it. Another
answer under that id has no effect either, but it is recorded in the case stream as refused, on the
ground `altered`: whoever sent it may believe that it counted, and it may be a forger's.

What has counted is known by its print in the task, so that an answer which comes for the first time
costs nothing here. What was refused, then or here, leaves its print in the store.

Acceptances and notes leave no print when they count, for that would cost something every time. So
they are refused here only if they cannot have counted: the case knows no such assignment, or the
assignment was not accepted yet. One that says the same with another officer, time or text is passed
over, and changes nothing.
"""

from collections.abc import Iterable, Sequence

from services.routing.answers import may_have_counted, print_of
from services.routing.case import Case, digest
from services.routing.domain import progress
from services.routing.store import DatabaseStore, Moved, Store
from shared.delivery.envelope import Envelope
from shared.delivery.work import Work
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
from shared.messages.progress import Change, Refused

ANSWERS = (
    TaskAccepted,
    TaskCompleted,
    TaskDeclined,
    TaskExtensionRequested,
    TaskNoted,
    TaskResumed,
    TaskReturned,
    TaskSuspended,
)
"""What departments say of their tasks."""


def remember_refused(
    work: Work, store: Store, envelopes: Sequence[Envelope], changes: Iterable[Change]
) -> None:
    """Keep the prints of the answers that did not count, for the day when they are repeated."""
    refused = {(it.sender, it.message_id) for it in changes if isinstance(it, Refused)}
    if refused:
        found = [
            _print(it)
            for it in envelopes
            if (str(it.sender), it.message_id) in refused and isinstance(it.message, ANSWERS)
        ]
        store.refuse(found, work.now)


def refuse_altered(work: Work, envelopes: Sequence[Envelope], store: Store | None = None) -> None:
    """Of messages under ids that have had their effect, record the answers that are not the same.

    Each is recorded once, however often it comes.
    """
    store = store or DatabaseStore(work.transaction)
    answers = [it for it in envelopes if isinstance(it.message, ANSWERS)]
    if not answers:
        return
    there = store.load({it.message.case for it in answers})
    unheard = {_print(it): it for it in answers if _is_other(there.get(it.message.case), it)}
    if not unheard:
        return
    new = store.refuse(list(unheard), work.now)
    for code, case in there.items():
        found = [it for print_, it in unheard.items() if print_ in new and it.message.case == code]
        if found:
            after, said = progress(case, tuple(_refused(it) for it in found), work.now)
            store.save([Moved(before=case, after=after)], work.now)
            work.send(said)


def _is_other(case: Case | None, envelope: Envelope) -> bool:
    return case is not None and not may_have_counted(case, envelope.message)


def _print(envelope: Envelope) -> str:
    """What tells this answer under this id of this sender from every other one."""
    return digest(str(envelope.sender), envelope.message_id, print_of(envelope.message))


def _refused(envelope: Envelope) -> Refused:
    return Refused(
        sender=str(envelope.sender),
        message_type=envelope.type,
        message_id=envelope.message_id,
        assignment=envelope.message.assignment,
        reason=f"the message id {envelope.message_id} was used before, for another message:"
        " every answer needs an id of its own",
        forged=False,
        ground="altered",
    )
