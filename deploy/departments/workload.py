"""What routing still has for a department: tasks in hand, and plans of open cases that name it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from services.routing import store
from services.routing.catalogue import item_of
from services.routing.departments import Departments
from services.routing.documents import progress_of
from services.routing.plan import Item

CLOSED = ("decided", "withdrawn")


@dataclass(frozen=True, kw_only=True)
class Workload:
    """`tasks` are (case, task) that the department has in hand; `plans` are the versions of items
    by which open cases go and that may still come to it, as (item, version)."""

    tasks: tuple[tuple[str, str], ...]
    plans: tuple[tuple[str, int], ...]


def workload(tx: sa.Connection, department: str, departments: Departments) -> Workload:
    """What there is for a department just now, in routing's own database."""
    return Workload(
        tasks=tuple(_tasks(tx, department)),
        plans=tuple(_plans(tx, department, departments)),
    )


def _open() -> sa.ColumnElement[bool]:
    return store.cases.c.state.not_in(CLOSED)


def _tasks(tx: sa.Connection, department: str) -> Iterator[tuple[str, str]]:
    columns = store.cases.c.code, store.cases.c.progress
    mentions = store.cases.c.progress.contains(json.dumps(department))
    for row in tx.execute(sa.select(*columns).where(_open(), mentions).order_by(columns[0])):
        tasks, _deferrals, _extended = progress_of(row.progress)
        for key, task in tasks.items():
            if task.held and task.department == department:
                yield row.code, key


def _plans(
    tx: sa.Connection, department: str, departments: Departments
) -> Iterator[tuple[str, int]]:
    columns = store.cases.c.item, store.cases.c.version
    for key, version in tx.execute(sa.select(*columns).where(_open()).distinct()):
        document = store.DatabaseStore(tx).document(key, version)
        item = item_of(document) if document else None
        if item and any(department in departments.all_filling(role) for role in _roles(item)):
            yield key, version


def _roles(item: Item) -> set[str]:
    named = (role for it in item.task.values() for role in (it.department, *it.joint_with))
    return {item.lead, *named}
