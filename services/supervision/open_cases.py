"""The open cases and their tasks as the wall needs them.

A case is read again when its trace has grown: nothing of a case changes without an entry. So a look
at ten thousand cases costs one narrow query, and the rows of those that have changed since.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from sys import intern
from typing import Any

import sqlalchemy as sa

from services.supervision.clocks import CASE_KINDS, TASK_KINDS
from services.supervision.domain import Rules
from services.supervision.packing import (
    DEPARTMENT,
    KIND,
    PROVISIONAL,
    SUBJECT,
    TASK,
    Line,
    limit_of_text,
    title_of_text,
)
from services.supervision.running import running
from services.supervision.tables import cases
from shared.lights import Ladder, Timing, gravest, timing
from shared.messages.parts import Text
from shared.worktime import Calendar, Ledger
from shared.worktime.alike import alike

OWN_KINDS = (*CASE_KINDS, "correction")
"""Clocks of the case itself; before acceptance that of the correction notice."""

Limited = tuple[Timing, Ledger]
"""When the light of a limit changes, and the limit."""

AT_ONCE = 500
"""Rows in one query: neither a list of parameters nor an answer without end."""


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
    limit: Ledger
    """The limit of that clock: by it is said how much time is left."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenCase:
    """A case that is not closed. `entries` is how long its trace was; `timing` that of its own
    limits, by law and by promise, and `limit` the one of them that ends first, where it has any."""

    code: str
    entries: int
    region: str
    item: str
    title: Text
    lead: str
    opened_at: datetime | None
    timing: Timing
    limit: Ledger | None
    tasks: tuple[OpenTask, ...]


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a look at the database brought: the cases by code, how many rows were read for it."""

    cases: Mapping[str, OpenCase]
    read: int


@dataclass(frozen=True, kw_only=True)
class News:
    """What a look would bring: the known cases that are still open, and the codes of those that
    have changed or begun since."""

    still_open: dict[str, OpenCase]
    changed: list[str]


def news(tx: sa.Connection, known: Mapping[str, OpenCase]) -> News:
    """What has happened to open cases since they were read."""
    lengths = {row.code: row.entries for row in tx.execute(_LENGTHS)}
    changed = [code for code, n in lengths.items() if code not in known or known[code].entries != n]
    return News(still_open={it: known[it] for it in lengths if it in known}, changed=changed)


_LENGTHS = sa.select(cases.c.code, cases.c.entries).where(cases.c.closed_at.is_(None))


def look(tx: sa.Connection, known: Mapping[str, OpenCase], rules: Rules) -> Look:
    """The open cases as they are now; of those that are `known` only what has changed is read."""
    told = news(tx, known)
    if not told.changed and len(told.still_open) == len(known):
        return Look(cases=known, read=0)
    found = told.still_open
    for first in range(0, len(told.changed), AT_ONCE):
        found.update(read(tx, told.changed[first : first + AT_ONCE], rules))
    return Look(cases=found, read=len(told.changed))


def read(tx: sa.Connection, codes: Collection[str], rules: Rules) -> Iterator[tuple[str, OpenCase]]:
    """Those of the cases that are open, by code."""
    for row in tx.execute(_ROWS, {"codes": codes}):
        yield row.code, open_case(row, rules)


_ROWS = sa.select(
    cases.c.code,
    cases.c.entries,
    cases.c.region,
    cases.c.item,
    cases.c.title,
    cases.c.lead,
    cases.c.opened_at,
    cases.c.clocks,
).where(cases.c.code.in_(sa.bindparam("codes", expanding=True)), cases.c.closed_at.is_(None))


def open_case(row: Any, rules: Rules) -> OpenCase:
    """What is open of a case, from its row; `rules` are those for all regions."""
    here = rules.of(row.region)
    own, tasks = list[Limited](), dict[str, list[tuple[Limited, Line, str]]]()
    for line, title, limit in running(row.clocks):
        kind = line[KIND]
        if kind not in TASK_KINDS and kind not in OWN_KINDS:
            continue
        ladder = here.policy.ladder(kind, item=row.item, department=line[DEPARTMENT])
        when = _limited(limit, ladder, here.calendar)
        if kind in TASK_KINDS:
            tasks.setdefault(line[SUBJECT], []).append((when, line, title))
        else:
            own.append(when)
    return OpenCase(
        code=row.code,
        entries=row.entries,
        region=intern(row.region),
        item=intern(row.item),
        title=title_of_text(row.title),
        lead=intern(row.lead),
        opened_at=row.opened_at,
        timing=_gravest(tuple(when for when, _limit in own)),
        limit=min(own, key=_end)[1] if own else None,
        tasks=tuple(_open_task(it) for it in tasks.values()),
    )


@lru_cache(maxsize=4_096)
def _limited(limit: str, ladder: Ladder, calendar: Calendar) -> Limited:
    """Clocks that began together have one limit: worked out once for all of them."""
    ledger = limit_of_text(limit)
    assert isinstance(ledger, Ledger), "only what was promised for a date has no budget"
    return timing(ledger, ladder, calendar), alike(ledger, calendar)


_gravest = lru_cache(maxsize=4_096)(gravest)
"""Those of tasks that began together are one value: there are very many, and all are remembered."""


def _end(limited: Limited) -> tuple[bool, Any]:
    """What ends first goes first; what stands still goes last."""
    due = limited[0].due_at
    return due is None, due


def _open_task(clocks: list[tuple[Limited, Line, str]]) -> OpenTask:
    (_when, limit), first, title = min(clocks, key=lambda it: _end(it[0]))
    return OpenTask(
        assignment=first[SUBJECT],
        department=intern(first[DEPARTMENT]),
        task=intern(first[TASK]),
        title=title_of_text(title),
        awaited=intern(first[KIND]),
        provisional=first[PROVISIONAL],
        timing=_gravest(tuple(when for (when, _limit), _line, _title in clocks)),
        limit=limit,
    )
