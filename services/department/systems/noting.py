"""Notes what a department's system is to be told, in the transaction that takes it in."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from services.department.domain import OPEN, Task
from services.department.store import tasks_under
from services.department.systems import store
from services.department.systems.news import Kind
from shared.delivery.envelope import Envelope
from shared.delivery.work import Work
from shared.messages import CaseProgressed, TaskAssigned, TaskCancelled, TaskSupplemented
from shared.messages.progress import Refused

_KINDS: dict[type, Kind] = {
    TaskAssigned: "assigned",
    TaskSupplemented: "supplemented",
    TaskCancelled: "cancelled",
    Refused: "refused",
}


def note(
    work: Work, envelopes: Sequence[Envelope], departments: Collection[str], now: datetime
) -> None:
    """Note what the systems of these departments are to be told, once the desk has taken it in.

    `now` is real time. A task that was supplemented or cancelled before it was assigned is told as
    it is when it is assigned, and not at all if it is over then. What comes of a task of which a
    system has been told waits also while its department is connected no more: it may be again.
    """
    some = [(it, envelope.message_id) for envelope in envelopes for it in _parts(envelope.message)]
    concerned = [
        (it, message_id)
        for it, message_id in _from_assignment_on(some)
        if not isinstance(it, TaskAssigned) or it.department in departments
    ]
    if not concerned:
        return
    tasks = tasks_under(work.transaction, [it.assignment for it, _ in concerned])
    told = _of_systems(work, tasks.values(), departments)
    found = [
        (tasks[it.assignment].department, it.assignment, _KINDS[type(it)], message_id)
        for it, message_id in concerned
        if it.assignment in told and _matters(it, tasks[it.assignment])
    ]
    store.add(work.transaction, found, now)


def note_settled(work: Work, task: Task, departments: Collection[str], now: datetime) -> None:
    """Note that a task was answered past its department's system, which need not work on it any
    longer. `now` is real time."""
    if task.state in ("completed", "declined") and _of_systems(work, [task], departments):
        cause = f"settled at version {task.version}"
        found = (task.department, task.assignment, _KINDS[TaskCancelled], cause)
        store.add(work.transaction, [found], now)


def _of_systems(work: Work, some: Iterable[Task], departments: Collection[str]) -> frozenset[str]:
    """Which of the tasks a system is to be told of: their department has one, or had."""
    of = {task.assignment: task.department for task in some}
    connected = frozenset(it for it, department in of.items() if department in departments)
    return connected | store.known(work.transaction, of.keys() - connected)


def _from_assignment_on(some: Sequence[tuple[Any, str]]) -> list[tuple[Any, str]]:
    """Without what came before the assignment of its task: that tells of it as well."""
    coming = {it.assignment for it, _ in some if isinstance(it, TaskAssigned)}
    kept = []
    for it, message_id in some:
        if isinstance(it, TaskAssigned):
            coming.discard(it.assignment)
        if it.assignment not in coming:
            kept.append((it, message_id))
    return kept


def _parts(message: Any) -> Iterator[Any]:
    if isinstance(message, CaseProgressed):
        yield from (it for it in message.changes if isinstance(it, Refused) and it.assignment)
    elif isinstance(message, TaskAssigned | TaskSupplemented | TaskCancelled):
        yield message


def _matters(message: Any, task: Task) -> bool:
    if task.assigned_at is None:
        return False
    if isinstance(message, TaskCancelled):
        return task.state == "cancelled"
    if isinstance(message, Refused):
        return task.answer is None and task.note == message.reason
    return task.state in OPEN
