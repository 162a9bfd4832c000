"""Finding tasks: the open ones by what is due first, any by words, state and who holds them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.department import store
from services.department.desk.clocks import TimeLeft, clocks_of, time_left
from services.department.desk.lights import DARK, Lit, lit
from services.department.desk.search import asked
from services.department.domain import OPEN, Task
from services.department.store import tasks
from shared.lights import Choices, Ladder, Light
from shared.worktime import Calendars

MOST_OPEN = 5_000
"""Open tasks that are put in order by what is due; those assigned first are looked at."""

FREE = "free"


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is looked for. `holder` is an account, FREE for what nobody holds, empty for all;
    `waiting` asks for what waits for a head."""

    department: str
    words: str = ""
    states: tuple[str, ...] = OPEN
    holder: str = ""
    waiting: bool = False


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A task in a list, with its time, its light, and why that is yellow."""

    task: Task
    time: TimeLeft | None
    why: Lit

    @property
    def light(self) -> Light:
        return self.why.light


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What lights and times go by: the calendars and the ladders of all regions."""

    calendars: Calendars
    ladders: Choices[Ladder]

    def listed(self, task: Task, now: datetime) -> Listed:
        """A task with its time and its light. What is closed has neither."""
        if task.state not in OPEN:
            return Listed(task=task, time=None, why=DARK)
        calendar = self.calendars.of(task.clocks.region)
        time = time_left(task.clocks, taken_up=task.taken_up, now=now, calendar=calendar)
        return Listed(task=task, time=time, why=lit(task, self.ladders, calendar, now))


@dataclass(frozen=True, kw_only=True)
class Found:
    """A page of what was found, and how many there are in all."""

    tasks: tuple[Listed, ...]
    count: int


def find(
    tx: sa.Connection, question: Question, desk: Desk, now: datetime, *, page: int, size: int
) -> Found:
    """A page (from 1) of what was asked for: open tasks by what is due first, those whose time
    stands still after them, closed ones last by when they were closed, newest first."""
    keys = ordered(tx, question, desk, now)
    some = keys[(page - 1) * size : page * size]
    there = store.tasks_under(tx, some)
    return Found(
        tasks=tuple(desk.listed(there[key], now) for key in some if key in there), count=len(keys)
    )


def ordered(tx: sa.Connection, question: Question, desk: Desk, now: datetime) -> list[str]:
    """The assignments that were asked for, in the order of the list."""
    columns = (tasks.c.assignment, tasks.c.state, tasks.c.assigned_at, tasks.c.clocks)
    rows = tx.execute(
        sa.select(*columns, tasks.c.changed_at)
        .where(*_conditions(question))
        .order_by(tasks.c.assigned_at.desc())
        .limit(MOST_OPEN)
    ).all()
    return [row.assignment for row in sorted(rows, key=lambda row: _place(row, desk, now))]


def _place(row: Any, desk: Desk, now: datetime) -> tuple[int, float, datetime, str]:
    before = (row.assigned_at, row.assignment)
    if row.state not in OPEN:
        return 2, -row.changed_at.timestamp(), *before
    clocks = clocks_of(row.clocks)
    calendar = desk.calendars.of(clocks.region)
    time = time_left(clocks, taken_up=row.state != "assigned", now=now, calendar=calendar)
    if time is None or time.due_at is None:
        return 1, 0.0, *before
    return 0, time.due_at.timestamp(), *before


def _conditions(question: Question) -> Iterable[sa.ColumnElement[bool]]:
    yield tasks.c.department == question.department
    yield tasks.c.assigned_at.is_not(None)
    yield tasks.c.state.in_(question.states)
    if question.holder:
        yield tasks.c.holder == ("" if question.holder == FREE else question.holder)
    if question.waiting:
        yield tasks.c.drafted_by != ""
    for word in asked(question.words):
        yield tasks.c.words.contains(word, autoescape=True)


def counts(tx: sa.Connection, department: str, account: str) -> dict[str, int]:
    """How many open tasks there are: all, one's own, those nobody holds, those with a draft."""
    mine = sa.func.count(sa.case((tasks.c.holder == account, 1)))
    free = sa.func.count(sa.case((tasks.c.holder == "", 1)))
    drafts = sa.func.count(sa.case((tasks.c.drafted_by != "", 1)))
    row = tx.execute(
        sa.select(sa.func.count(), mine, free, drafts).where(
            tasks.c.department == department,
            tasks.c.assigned_at.is_not(None),
            tasks.c.state.in_(OPEN),
        )
    ).one()
    return dict(zip(("all", "mine", "free", "waiting"), row, strict=True))
