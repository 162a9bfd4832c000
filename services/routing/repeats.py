"""Answers under a message id that was used before.

Delivery gives every message id its effect once, and hands over what comes under it again. The very
same answer is a repeat of the broker or of its sender: there is nothing to say about it. Another
answer under that id has no effect either, but it is recorded in the case stream as refused, on the
ground `altered`: whoever sent it may believe that it counted, and it may be a forger's.

What has counted is known by its print in the task, so that an answer which comes for the first time
costs nothing here. What was refused, then or here, leaves its print in the store.

Acceptances and notes are passed over: they are not remembered, and change nothing a second time.
"""

from collections.abc import Iterable, Sequence

from services.routing.answers import print_of
from services.routing.case import Case, digest
from services.routing.domain import progress
from services.routing.store import DatabaseStore, Moved, Store
from shared.delivery.envelope import Envelope
from shared.delivery.work import Work
from shared.messages import (
    TaskCompleted,
    TaskDeclined,
    TaskExtensionRequested,
    TaskResumed,
    TaskReturned,
    TaskSuspended,
)
from shared.messages.progress import Change, Refused

REMEMBERED = (
    TaskCompleted,
    TaskDeclined,
    TaskExtensionRequested,
    TaskResumed,
    TaskReturned,
    TaskSuspended,
)
"""The answers of which a task keeps a print once they have counted."""


def remember_refused(
    work: Work, store: Store, envelopes: Sequence[Envelope], changes: Iterable[Change]
) -> None:
    """Keep the prints of the answers that did not count, for the day when they are repeated."""
    refused = {(it.sender, it.message_id) for it in changes if isinstance(it, Refused)}
    if refused:
        found = [
            _print(it)
            for it in envelopes
            if (str(it.sender), it.message_id) in refused and isinstance(it.message, REMEMBERED)
        ]
        store.refuse(found, work.now)


def refuse_altered(work: Work, envelopes: Sequence[Envelope], store: Store | None = None) -> None:
    """Of messages under ids that have had their effect, record the answers that are not the same.

    Each is recorded once, however often it comes.
    """
    store = store or DatabaseStore(work.transaction)
    answers = [it for it in envelopes if isinstance(it.message, REMEMBERED)]
    if not answers:
        return
    there = store.load({it.message.case for it in answers})
    unheard = {_print(it): it for it in answers if _is_unheard(there.get(it.message.case), it)}
    new = store.refuse(list(unheard), work.now)
    for code, case in there.items():
        found = [it for print_, it in unheard.items() if print_ in new and it.message.case == code]
        if found:
            after, said = progress(case, tuple(_refused(it) for it in found), work.now)
            store.save([Moved(before=case, after=after)], work.now)
            work.send(said)


def _is_unheard(case: Case | None, envelope: Envelope) -> bool:
    said = print_of(envelope.message)
    return case is not None and all(said not in task.heard for task in case.tasks.values())


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
