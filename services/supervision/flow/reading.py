"""The courses of closed cases as the facts tell them, and the map that they make.

A page is made of at most `MOST` cases, those that were closed last: more would change no figure
that anybody acts on, and a page must answer.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from services.supervision.facttables import case_facts, fact_stops, facts
from services.supervision.flow.courses import Assignment, Course, Span, course
from services.supervision.flow.figures import Elapsed, elapsed_in
from services.supervision.flow.flows import Flow
from services.supervision.flow.selection import Selection
from services.supervision.flow.tally import Tally
from services.supervision.packing import title_of_text
from shared.messages.parts import Text
from shared.worktime import Calendars

MOST = 5_000
ALL = sa.true()
_AT_ONCE = 2_000


class Ended(NamedTuple):
    """The columns of a fact that a map is made of; a tuple, since there are very many."""

    task: str
    part_of: str
    title: str
    department: str
    assigned_at: datetime
    accepted_at: datetime | None
    ended_at: datetime
    ending: str
    returns: int
    stops: int
    assignment: str


Stops = Mapping[tuple[str, str], tuple[Span, ...]]
"""When time stood still, by case and assignment."""


@dataclass(frozen=True, kw_only=True)
class Read:
    """The chosen cases with their facts and stops, and how many there would have been."""

    cases: list[tuple[Any, list[Ended]]]
    stops: Stops
    chosen: int


@dataclass(frozen=True, kw_only=True)
class Map:
    """A map with what its tasks are called, and how many cases there would have been: more than
    are in it where they are more than were read."""

    flow: Flow
    titles: dict[str, Text] = field(default_factory=dict)
    chosen: int = 0

    @property
    def cut(self) -> bool:
        return self.chosen > self.flow.cases


def read(
    tx: sa.Connection,
    chosen: Selection,
    zone: ZoneInfo,
    *,
    seen: sa.ColumnElement[bool] = ALL,
    most: int = MOST,
) -> Read:
    """The chosen cases; `seen` is what may be shown of `case_facts`."""
    which = cases_of(chosen, zone, seen)
    count = tx.execute(sa.select(sa.func.count()).select_from(which.subquery())).scalar_one()
    some = latest(which, most)
    return Read(cases=list(rows(tx, some)), stops=stops(tx, some), chosen=count)


def mapped(got: Read, calendars: Calendars) -> Map:
    """The map of what was read. Touches no database: it may be left to a thread."""
    tally, titles = Tally(), dict[str, Text]()
    elapsed: dict[str, Elapsed] = {}
    for row, assigned in got.cases:
        if row.region not in elapsed:
            elapsed[row.region] = elapsed_in(calendars.of(row.region))
        for it in assigned:
            node = it.part_of or it.task
            if node not in titles:
                titles[node] = _title(it)
        tally.add(course_of(row, assigned, got.stops), elapsed[row.region])
    return Map(flow=tally.flow(), titles=titles, chosen=got.chosen)


def mark(
    tx: sa.Connection, chosen: Selection, zone: ZoneInfo, seen: sa.ColumnElement[bool] = ALL
) -> tuple[Any, ...]:
    """What changes whenever the map of the chosen cases may."""
    which = cases_of(chosen, zone, seen).subquery()
    cases = tx.execute(sa.select(sa.func.count(), sa.func.max(which.c.closed_at))).one()
    last = sa.select(sa.func.max(facts.c.ended_at)).where(facts.c.item == chosen.item)
    still = sa.select(sa.func.count()).select_from(fact_stops)
    return (*cases, tx.execute(last).scalar_one(), tx.execute(still).scalar_one())


def items(tx: sa.Connection, seen: sa.ColumnElement[bool] = ALL) -> list[tuple[str, Text, int]]:
    """The items of closed cases, those with most cases first: key, title, how many."""
    statement = (
        sa.select(case_facts.c.item, sa.func.max(case_facts.c.title), sa.func.count().label("n"))
        .where(seen)
        .group_by(case_facts.c.item)
        .order_by(sa.desc("n"), case_facts.c.item)
    )
    return [(item, title_of_text(title), n) for item, title, n in tx.execute(statement)]


def versions(tx: sa.Connection, item: str, seen: sa.ColumnElement[bool] = ALL) -> list[int]:
    """The versions of an item that closed cases had, the newest first."""
    version = case_facts.c.item_version
    statement = sa.select(version).where(seen, case_facts.c.item == item).distinct()
    return list(tx.execute(statement.order_by(version.desc())).scalars())


def departments(tx: sa.Connection, item: str, seen: sa.ColumnElement[bool] = ALL) -> list[str]:
    """The departments that had a task of an item, by key."""
    statement = (
        sa.select(facts.c.department)
        .join(case_facts, case_facts.c.case_code == facts.c.case_code)
        .where(seen, case_facts.c.item == item)
        .distinct()
        .order_by(facts.c.department)
    )
    return list(tx.execute(statement).scalars())


def cases_of(chosen: Selection, zone: ZoneInfo, seen: sa.ColumnElement[bool]) -> Any:
    """The statement that finds the chosen cases."""
    begin, end = chosen.begin(zone), chosen.end(zone)
    statement = sa.select(case_facts).where(seen, case_facts.c.item == chosen.item)
    if chosen.version is not None:
        statement = statement.where(case_facts.c.item_version == chosen.version)
    if begin:
        statement = statement.where(case_facts.c.closed_at >= begin)
    if end:
        statement = statement.where(case_facts.c.closed_at < end)
    if chosen.department:
        part = sa.select(facts.c.case_code).where(
            facts.c.case_code == case_facts.c.case_code, facts.c.department == chosen.department
        )
        statement = statement.where(part.exists())
    return statement


def latest(which: Any, most: int) -> Any:
    """Those of them that were closed last."""
    newest = which.order_by(case_facts.c.closed_at.desc(), case_facts.c.case_code).limit(most)
    return newest.subquery("newest")


def rows(tx: sa.Connection, which: Any) -> Iterator[tuple[Any, list[Ended]]]:
    """Each case with its facts, in the order of the codes."""
    columns = (which.c.case_code, which.c.region, which.c.opened_at, which.c.closed_at)
    statement = (
        sa.select(*columns, *(facts.c[name] for name in Ended._fields))
        .join_from(which, facts, which.c.case_code == facts.c.case_code, isouter=True)
        .order_by(which.c.case_code, facts.c.assigned_at, facts.c.ended_at, facts.c.assignment)
        .execution_options(yield_per=_AT_ONCE)
    )
    for _code, some in groupby(tx.execute(statement), key=itemgetter(0)):
        told = list(some)
        ended = [Ended._make(row[len(columns) :]) for row in told]
        yield told[0], [it for it in ended if it.task is not None]


def stops(tx: sa.Connection, which: Any) -> Stops:
    """The stops of all assignments of these cases."""
    statement = sa.select(fact_stops).join_from(
        fact_stops, which, which.c.case_code == fact_stops.c.case_code
    )
    order = fact_stops.c.case_code, fact_stops.c.assignment, fact_stops.c.since
    return {
        key: tuple((it.since, it.until) for it in some)
        for key, some in groupby(tx.execute(statement.order_by(*order)), key=itemgetter(0, 1))
    }


def course_of(row: Any, assigned: list[Ended], stops: Stops) -> Course:
    """The course of a case from its row, its facts and its stops."""
    made = [
        Assignment(
            task=it.task,
            node=it.part_of or it.task,
            department=it.department,
            assigned=it.assigned_at,
            began=it.accepted_at or it.assigned_at,
            ended=it.ended_at,
            outcome=it.ending,
            returns=it.returns,
            stops=it.stops,
            stopped=stops.get((row.case_code, it.assignment), ()) if it.stops else (),
        )
        for it in assigned
    ]
    return course(row.case_code, row.opened_at, row.closed_at, made)


def _title(it: Ended) -> Text:
    """What a task is called; of an element of a list, without its number."""
    title = title_of_text(it.title)
    if not it.part_of:
        return title
    return Text(zh=re.sub(r"（\d+）$", "", title.zh), en=re.sub(r" \(\d+\)$", "", title.en))
