"""The open cases and their tasks as the wall needs them, remembered from one look to the next.

A case is read again when its trace has grown: nothing of a case changes without an entry. So a look
at ten thousand cases costs one narrow query, and the rows of those that have changed since.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from time import monotonic
from typing import Any

import orjson
import sqlalchemy as sa

from services.supervision.clocks import CASE_KINDS, TASK_KINDS, clock_id
from services.supervision.lights import STILL, WARNING, Timing, gravest, timing
from services.supervision.packing import (
    DEPARTMENT,
    DUE,
    KIND,
    PROVISIONAL,
    SUBJECT,
    TASK,
    title_of_text,
)
from services.supervision.running import moments_of, running
from services.supervision.tables import alerts, cases
from shared.messages.parts import Text
from shared.worktime import Calendar, Calendars

OWN_KINDS = (*CASE_KINDS, "correction")
"""Clocks of the case itself; before acceptance that of the correction notice."""

AT_ONCE = 500
"""Rows in one query: neither a list of parameters nor an answer without end."""
WARNINGS = frozenset(WARNING)
Warned = Mapping[str, tuple[datetime, datetime]]
"""By clock: when its first warning was given, and the due date that it was about."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenTask:
    """A task that a department has still to answer, and whose time is limited."""

    assignment: str
    department: str
    task: str
    title: Text
    awaited: str
    """The kind of the clock that ends first: `acceptance` or `handling`."""
    provisional: bool
    timing: Timing


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenCase:
    """A case that is not closed. `entries` is how long its trace was; `timing` that of its own
    limits, by law and by promise."""

    code: str
    entries: int
    region: str
    item: str
    title: Text
    lead: str
    opened_at: datetime | None
    timing: Timing
    tasks: tuple[OpenTask, ...]


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a look at the database brought: the cases by code, how many rows were read for it."""

    cases: Mapping[str, OpenCase]
    read: int


def look(tx: sa.Connection, known: Mapping[str, OpenCase], calendars: Calendars) -> Look:
    """The open cases as they are now; of those that are `known` only what has changed is read."""
    lengths = {row.code: row.entries for row in tx.execute(_LENGTHS)}
    changed = [code for code, n in lengths.items() if code not in known or known[code].entries != n]
    if not changed and len(lengths) == len(known):
        return Look(cases=known, read=0)
    found = {code: known[code] for code in lengths if code in known}
    for first in range(0, len(changed), AT_ONCE):
        found.update(_read(tx, changed[first : first + AT_ONCE], calendars))
    return Look(cases=found, read=len(changed))


_LENGTHS = sa.select(cases.c.code, cases.c.entries).where(cases.c.closed_at.is_(None))


def _read(
    tx: sa.Connection, codes: Collection[str], calendars: Calendars
) -> Iterator[tuple[str, OpenCase]]:
    warned = _warned(tx, codes)
    for row in tx.execute(_ROWS, {"codes": codes}):
        yield row.code, open_case(row, warned, calendars.of(row.region))


_ROWS = sa.select(
    cases.c.code,
    cases.c.entries,
    cases.c.region,
    cases.c.item,
    cases.c.title,
    cases.c.lead,
    cases.c.opened_at,
    cases.c.clocks,
).where(cases.c.code.in_(sa.bindparam("codes", expanding=True)))


def _warned(tx: sa.Connection, codes: Collection[str]) -> Warned:
    """The warnings that were given for clocks of these cases and not withdrawn."""
    query = sa.select(alerts.c.at, alerts.c.body).where(
        alerts.c.case_code.in_(codes), alerts.c.rung.in_(WARNING), alerts.c.withdrawn_at.is_(None)
    )
    found: dict[str, tuple[datetime, datetime]] = {}
    for row in tx.execute(query.order_by(alerts.c.at.desc())):
        said = orjson.loads(row.body)
        if said["due_at"]:
            found[said["clock"]] = (row.at, datetime.fromisoformat(said["due_at"]))
    return found


def one(tx: sa.Connection, row: sa.Row[Any], calendar: Calendar) -> OpenCase:
    """What is open of one case, whose row was read."""
    return open_case(row, _warned(tx, [row.code]), calendar)


def open_case(row: Any, warned: Warned, calendar: Calendar) -> OpenCase:
    """A case from its row."""
    own, tasks = list[Timing](), dict[str, list[tuple[Timing, Any, str]]]()
    for line, title, ladder in running(row.clocks):
        when = _timing(row.code, line, ladder, warned, calendar)
        if line[KIND] in TASK_KINDS:
            tasks.setdefault(line[SUBJECT], []).append((when, line, title))
        elif line[KIND] in OWN_KINDS:
            own.append(when)
    return OpenCase(
        code=row.code,
        entries=row.entries,
        region=row.region,
        item=row.item,
        title=title_of_text(row.title),
        lead=row.lead,
        opened_at=row.opened_at,
        timing=gravest(own),
        tasks=tuple(_open_task(it) for it in tasks.values()),
    )


def _timing(code: str, line: Any, ladder: str, warned: Warned, calendar: Calendar) -> Timing:
    if line[DUE] is None:
        return STILL
    given = warned.get(clock_id(code, line[KIND], line[SUBJECT])) if warned else None
    if given is None:
        return _without_warning(line[DUE], ladder, calendar)
    due, (at, about) = datetime.fromisoformat(line[DUE]), given
    before = (at,) if about == due else ()
    return timing(due, (*moments_of(ladder, WARNINGS), *before), calendar)


@lru_cache(maxsize=4_096)
def _without_warning(due: str, ladder: str, calendar: Calendar) -> Timing:
    """Clocks that began together are due together: worked out once for all of them."""
    return timing(datetime.fromisoformat(due), moments_of(ladder, WARNINGS), calendar)


def _open_task(clocks: list[tuple[Timing, Any, str]]) -> OpenTask:
    def end(clock: tuple[Timing, Any, str]) -> tuple[bool, Any]:
        return clock[0].due_at is None, clock[0].due_at

    _when, first, title = min(clocks, key=end) if len(clocks) > 1 else clocks[0]
    return OpenTask(
        assignment=first[SUBJECT],
        department=first[DEPARTMENT],
        task=first[TASK],
        title=title_of_text(title),
        awaited=first[KIND],
        provisional=first[PROVISIONAL],
        timing=gravest(when for when, _line, _title in clocks),
    )


class OpenCases:
    """The memory of one process. Whoever looks is given what is so now; nobody waits for others.

    Where a look takes long, because there are very many cases, the next one is put off, so that no
    more than a fifth of the time goes into looking.
    """

    def __init__(self) -> None:
        self._cases: Mapping[str, OpenCase] = {}
        self._calendars: Calendars | None = None
        self._next = 0.0
        self.read = 0
        """Rows of cases that were read in all, for whoever wants to know what a look costs."""

    def now(
        self,
        tx: sa.Connection,
        calendars: Calendars,
        clock: Callable[[], float] = monotonic,
    ) -> Mapping[str, OpenCase]:
        """The open cases by code. Other calendars than before have everything read anew."""
        began = clock()
        if self._calendars is calendars and began < self._next:
            return self._cases
        known = self._cases if self._calendars is calendars else {}
        seen = look(tx, known, calendars)
        self._cases, self._calendars = seen.cases, calendars
        self.read += seen.read
        ended = clock()
        slow = ended - began > QUICK and bool(known) and seen.read < AT_ONCE
        self._next = ended + 4 * (ended - began) if slow else 0.0
        return seen.cases


QUICK = 0.05
"""Seconds: a look that takes no longer is taken as often as somebody wants to know."""
