"""What was taken up is told or not needed, and what follows from having been told."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime

from services.department import handlers
from services.department.domain import NotPossible, Overtaken, Task
from services.department.store import tasks_under
from services.department.systems import records, store
from services.department.systems.connections import Connection, Http
from services.department.systems.news import News, needless
from shared.delivery.work import Work
from shared.errors import NotFound


def take_up(
    work: Work, connection: Connection, now: datetime, *, hold: float, holder: str, limit: int
) -> list[tuple[News, Task]]:
    """News to be told now, held for `hold` seconds, each with its task as the offices' clocks show
    it.

    What need not be told any more is settled on the way.
    """
    tx, department = work.transaction, connection.department
    found = store.take_up(tx, department, now, hold=hold, holder=holder, limit=limit)
    assignments = {it.assignment for it in found}
    tasks = tasks_under(tx, assignments)
    # Taking something up counts as an attempt: only what was tried before may have been heard.
    known = {it.assignment for it in found if it.attempts} | _told_before(work, found)
    idle = [
        it
        for it in found
        if it.assignment not in tasks
        or needless(it.kind, tasks[it.assignment], heard=it.assignment in known)
    ]
    store.pass_over(tx, idle, now)
    return list(_with_tasks([it for it in found if it not in idle], tasks, work))


def _told_before(work: Work, found: Sequence[News]) -> frozenset[str]:
    later = {it.assignment for it in found if it.number > 1}
    return store.heard_before(work.transaction, [it for it in found if it.assignment in later])


def _with_tasks(
    found: Sequence[News], tasks: dict[str, Task], work: Work
) -> Iterator[tuple[News, Task]]:
    zone = work.now.tzinfo
    for it in found:
        task = tasks[it.assignment]
        yield it, task.in_zone(zone) if zone else task


def told(work: Work, connection: Connection, some: Sequence[News], now: datetime) -> None:
    """The system has these: results are asked for from now on, and tasks accepted, if so agreed."""
    store.told(work.transaction, [it.id for it in some], now)
    open_now = [it.assignment for it in some if it.kind != "cancelled"]
    way = connection.way
    if isinstance(way, Http) and way.poll is not None and open_now:
        each = way.poll.of_each
        records.ask_for(
            work.transaction, connection.department, open_now if each else [records.ALL], now
        )
    if connection.accepts:
        for it in some:
            if it.kind == "assigned":
                _accept(work, connection, it.assignment)


def _accept(work: Work, connection: Connection, assignment: str) -> None:
    task = tasks_under(work.transaction, [assignment], to_change=True).get(assignment)
    if task is None or task.state != "assigned":
        return
    said = {"version": task.version, "officer": connection.officer}
    with suppress(NotFound, NotPossible, Overtaken):
        handlers.act(work, connection.department, assignment, "acceptance", said)
