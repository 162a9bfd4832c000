"""What supervision remembers. Whoever changes anything of a case holds the lock of its row.

Each function is a fixed number of statements, however many cases it is about.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from operator import attrgetter

import sqlalchemy as sa

from services.supervision.clocks import Clock
from services.supervision.domain import Case
from services.supervision.rows import (
    case_of_row,
    entry_of_row,
    row_of_case,
    row_of_entry,
)
from services.supervision.tables import alerts, cases, held, published, tides, trace
from services.supervision.trace import Entry, Head, canonical
from shared.database import Moment
from shared.messages import AlertRaised, CaseProgressed
from shared.messages.codec import decode, version_of
from shared.messages.registry import name_of
from shared.rows import delete, insert, insert_new, upsert
from shared.statements import Statement
from shared.worktime import Version
from shared.worktime.table import from_yaml
from shared.worktime.versions import text_of, version_from

STEP = name_of(CaseProgressed)


def load(tx: sa.Connection, codes: Collection[str]) -> dict[str, Case]:
    """The known ones of these cases with their clocks, locked in the order of their codes."""
    return {row.code: case_of_row(row) for row in _CASES.rows(tx, codes=list(codes))}


_CASES = Statement(
    lambda among: (
        sa.select(cases)
        .where(among(cases.c.code, "codes"))
        .order_by(cases.c.code)
        .with_for_update()
    )
)


def load_held(tx: sa.Connection, codes: Collection[str]) -> dict[tuple[str, int], CaseProgressed]:
    """The steps of these cases that came early, by case and number."""
    return {
        (row.case_code, row.number): decode(STEP, row.version, row.body.encode())
        for row in _HELD.rows(tx, codes=list(codes))
    }


_HELD = Statement(lambda among: sa.select(held).where(among(held.c.case_code, "codes")))


def save_cases(tx: sa.Connection, changed: Iterable[Case]) -> None:
    """Keep cases as they are now, with all their clocks."""
    upsert(tx, cases, [row_of_case(case) for case in changed])


def save_trace(tx: sa.Connection, entries: Iterable[Entry]) -> None:
    insert(tx, trace, [row_of_entry(entry) for entry in entries])


def hold(tx: sa.Connection, steps: Iterable[CaseProgressed]) -> None:
    """Keep steps that came early."""
    rows = [
        {
            "case_code": step.case,
            "number": step.number,
            "version": version_of(step),
            "body": canonical(step),
        }
        for step in steps
    ]
    insert_new(tx, held, rows)


def let_go(tx: sa.Connection, steps: Sequence[tuple[str, int]]) -> None:
    """Forget held steps that are no longer early."""
    delete(tx, held, [{"case_code": code, "number": number} for code, number in steps])


def alerted(tx: sa.Connection, ids: Collection[str]) -> set[str]:
    """Those of the ids under which an alert was raised before."""
    if not ids:
        return set()
    return set(tx.execute(sa.select(alerts.c.id).where(alerts.c.id.in_(ids))).scalars())


def save_alerts(tx: sa.Connection, raised: Iterable[tuple[AlertRaised, str]]) -> None:
    """Record alerts with their JSON. One that was raised before is an error: nothing must stand."""
    rows = [
        {
            "id": alert.alert,
            "rung": alert.rung,
            "at": alert.at,
            "case_code": alert.case,
            "department": alert.department,
            "body": body,
            "acknowledge_by": alert.acknowledge_by,
        }
        for alert, body in raised
    ]
    insert(tx, alerts, rows)


def due(tx: sa.Connection, now: datetime, limit: int) -> list[Case]:
    """Cases with a clock whose next rung was reached before `now`, those with the oldest first.

    They are locked; those that somebody else holds are passed over and come next time.
    """
    return [case_of_row(row) for row in _DUE.rows(tx, now=now, most=limit)]


_DUE = Statement(
    lambda _among: (
        sa.select(cases)
        .where(cases.c.next_at < sa.bindparam("now", type_=Moment()))
        .order_by(cases.c.next_at, cases.c.code)
        .limit(sa.bindparam("most", type_=sa.Integer()))
        .with_for_update(skip_locked=True)
    )
)


def next_moment(tx: sa.Connection) -> datetime | None:
    """The moment of the next rung of any clock."""
    found = _NEXT.rows(tx)
    return found[0].next_at if found else None


_NEXT = Statement(
    lambda _among: (
        sa.select(cases.c.next_at)
        .where(cases.c.next_at.is_not(None))
        .order_by(cases.c.next_at)
        .limit(1)
    )
)


def note_tide(
    tx: sa.Connection, process: str, read_to: datetime, *, now: datetime, since: datetime
) -> None:
    """Note how far a process that lags behind has read the stream, and forget what was noted until
    `since`."""
    upsert(tx, tides, [{"process": process, "read_to": read_to, "seen_at": now}])
    tx.execute(sa.delete(tides).where(tides.c.seen_at <= since))


def slowest_tide(tx: sa.Connection, since: datetime) -> datetime | None:
    """To which moment the slowest of the processes has read that lagged behind since then."""
    (found,) = _SLOWEST.rows(tx, since=since)
    slowest: datetime | None = found.read_to
    return slowest


_SLOWEST = Statement(
    lambda _among: sa.select(sa.func.min(tides.c.read_to).label("read_to")).where(
        tides.c.seen_at > sa.bindparam("since", type_=Moment())
    )
)


def case_head(tx: sa.Connection, code: str) -> Head | None:
    """Where the trace of a case ends; None for a case that nobody has told of."""
    row = tx.execute(sa.select(cases.c.entries, cases.c.head).where(cases.c.code == code)).first()
    return Head(count=row.entries, hash=row.head) if row else None


def trace_of(tx: sa.Connection, code: str) -> Iterator[Entry]:
    """The entries of a case's trace as they stand, in order of position."""
    statement = sa.select(trace).where(trace.c.case_code == code).order_by(trace.c.position)
    return (entry_of_row(row) for row in tx.execute(statement))


def clocks_of(tx: sa.Connection, code: str) -> list[Clock]:
    """All clocks of a case, also those that have ended, by id."""
    row = tx.execute(sa.select(cases).where(cases.c.code == code)).first()
    return sorted(case_of_row(row).clocks.values(), key=attrgetter("id")) if row else []


def provisional(tx: sa.Connection, *, after: str, limit: int) -> list[Case]:
    """Cases with a clock that runs and whose due date may still move with the calendar, by code,
    from `after` on, locked."""
    statement = (
        sa.select(cases)
        .where(cases.c.provisional, cases.c.code > after)
        .order_by(cases.c.code)
        .limit(limit)
        .with_for_update()
    )
    return [case_of_row(row) for row in tx.execute(statement)]


def open_in(tx: sa.Connection, areas: Sequence[str], *, after: str, limit: int) -> list[Case]:
    """Cases with a clock that may still move, in regions whose code begins with one of `areas` (the
    empty one is all), by code, from `after` on, locked."""
    statement = (
        sa.select(cases)
        .where(
            cases.c.code > after,
            sa.or_(*(cases.c.region.startswith(area, autoescape=True) for area in areas)),
            cases.c.closed_at.is_(None) | cases.c.provisional | cases.c.next_at.is_not(None),
        )
        .order_by(cases.c.code)
        .limit(limit)
        .with_for_update()
    )
    return [case_of_row(row) for row in tx.execute(statement)]


def published_versions(tx: sa.Connection) -> list[Version]:
    """The versions of regions' calendars by which all clocks were counted."""
    return [
        version_from(from_yaml(row.body), region=row.region, number=row.number)
        for row in tx.execute(sa.select(published).order_by(published.c.region, published.c.number))
    ]


def note_published(tx: sa.Connection, versions: Iterable[Version], now: datetime) -> None:
    """All clocks were counted by these versions, and by no others."""
    rows = [
        {"region": it.region, "number": it.number, "body": text_of(it), "counted_at": now}
        for it in versions
    ]
    upsert(tx, published, rows)
    keys = {(row["region"], row["number"]) for row in rows}
    before = [{"region": it.region, "number": it.number} for it in published_versions(tx)]
    delete(tx, published, [it for it in before if (it["region"], it["number"]) not in keys])


def waiting(tx: sa.Connection) -> int:
    """How many steps are held because one before them has not arrived."""
    return tx.execute(sa.select(sa.func.count()).select_from(held)).scalar_one()


def alerts_since(tx: sa.Connection, since: datetime | None, case: str, limit: int) -> list[str]:
    """The JSON of alerts, newest first: of one case, or of all (empty)."""
    statement = sa.select(alerts.c.body).order_by(alerts.c.at.desc(), alerts.c.id).limit(limit)
    if since:
        statement = statement.where(alerts.c.at >= since)
    if case:
        statement = statement.where(alerts.c.case_code == case)
    return list(tx.execute(statement).scalars())
