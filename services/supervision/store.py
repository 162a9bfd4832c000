"""What supervision remembers. Whoever changes anything of a case holds the lock of its row.

Each function is a fixed number of statements, however many cases it is about.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.supervision.clocks import Clock
from services.supervision.domain import Case
from services.supervision.rows import (
    StoredClocks,
    case_of_row,
    clock_of_row,
    entry_of_row,
    row_of_case,
    row_of_clock,
    row_of_entry,
    text_of_rungs,
)
from services.supervision.tables import alerts, cases, clocks, held, tides, trace
from services.supervision.trace import Entry, Head, canonical
from shared.messages import AlertRaised, CaseProgressed
from shared.messages.codec import decode, version_of
from shared.messages.registry import name_of
from shared.rows import delete, insert, insert_new, update, upsert

STEP = name_of(CaseProgressed)


def load(tx: sa.Connection, codes: Collection[str]) -> dict[str, Case]:
    """The known ones of these cases with their open clocks, locked in the order of their codes."""
    rows = tx.execute(
        sa.select(cases).where(cases.c.code.in_(codes)).order_by(cases.c.code).with_for_update()
    ).all()
    open_clocks: dict[str, StoredClocks] = defaultdict(StoredClocks)
    known = [row.code for row in rows]  # closed ones too: a verification follows the decision
    if known:
        of_cases = clocks.c.case_code.in_(known) & clocks.c.ended_at.is_(None)
        for row in tx.execute(sa.select(clocks).where(of_cases)):
            open_clocks[row.case_code].add(row)
    return {row.code: case_of_row(row, open_clocks[row.code]) for row in rows}


def load_held(tx: sa.Connection, codes: Collection[str]) -> dict[tuple[str, int], CaseProgressed]:
    """The steps of these cases that came early, by case and number."""
    rows = tx.execute(sa.select(held).where(held.c.case_code.in_(codes)))
    return {
        (row.case_code, row.number): decode(STEP, row.version, row.body.encode()) for row in rows
    }


def save_cases(tx: sa.Connection, changed: Iterable[Case]) -> None:
    upsert(tx, cases, [row_of_case(case) for case in changed])


def save_clocks(tx: sa.Connection, changed: Iterable[Clock]) -> None:
    upsert(tx, clocks, [row_of_clock(clock) for clock in changed])


def save_rungs(tx: sa.Connection, changed: Iterable[Clock]) -> None:
    """The rungs that are left of clocks that change in nothing else."""
    rows = [
        {"id": it.id, "rungs": text_of_rungs(it.rungs), "next_at": it.next_at} for it in changed
    ]
    update(tx, clocks, rows)


def save_heads(tx: sa.Connection, heads: Mapping[str, Head]) -> None:
    """Where the traces of cases end that change in nothing else."""
    rows = [
        {"code": code, "entries": head.count, "head": head.hash} for code, head in heads.items()
    ]
    update(tx, cases, rows)


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
        }
        for alert, body in raised
    ]
    insert(tx, alerts, rows)


def due(tx: sa.Connection, now: datetime, limit: int) -> tuple[list[Clock], dict[str, Head]]:
    """Clocks whose next rung was reached before `now`, oldest first, with the heads of their cases.

    Clock and case are locked; those that somebody else holds are passed over and come next time.
    """
    statement = (
        sa.select(clocks, cases.c.entries, cases.c.head)
        .join(cases, cases.c.code == clocks.c.case_code)
        .where(clocks.c.next_at < now)
        .order_by(clocks.c.next_at, clocks.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return _with_heads(tx.execute(statement).all())


def next_moment(tx: sa.Connection) -> datetime | None:
    """The moment of the next rung of any clock."""
    earliest: datetime | None = tx.execute(
        sa.select(clocks.c.next_at)
        .where(clocks.c.next_at.is_not(None))
        .order_by(clocks.c.next_at)
        .limit(1)
    ).scalar()
    return earliest


def note_tide(
    tx: sa.Connection, process: str, read_to: datetime, *, now: datetime, since: datetime
) -> None:
    """Note how far a process that lags behind has read the stream, and forget what was noted until
    `since`."""
    upsert(tx, tides, [{"process": process, "read_to": read_to, "seen_at": now}])
    tx.execute(sa.delete(tides).where(tides.c.seen_at <= since))


def slowest_tide(tx: sa.Connection, since: datetime) -> datetime | None:
    """To which moment the slowest of the processes has read that lagged behind since then."""
    slowest: datetime | None = tx.execute(
        sa.select(sa.func.min(tides.c.read_to)).where(tides.c.seen_at > since)
    ).scalar()
    return slowest


def case_head(tx: sa.Connection, code: str) -> Head | None:
    """Where the trace of a case ends; None for a case that nobody has told of."""
    row = tx.execute(sa.select(cases.c.entries, cases.c.head).where(cases.c.code == code)).first()
    return Head(count=row.entries, hash=row.head) if row else None


def trace_of(tx: sa.Connection, code: str) -> Iterator[Entry]:
    """The entries of a case's trace as they stand, in order of position."""
    statement = sa.select(trace).where(trace.c.case_code == code).order_by(trace.c.position)
    return (entry_of_row(row) for row in tx.execute(statement))


def clocks_of(tx: sa.Connection, code: str) -> list[Clock]:
    """All clocks of a case, also those that have ended."""
    statement = sa.select(clocks).where(clocks.c.case_code == code).order_by(clocks.c.id)
    return [clock_of_row(row) for row in tx.execute(statement)]


def provisional(
    tx: sa.Connection, *, after: str, limit: int
) -> tuple[list[Clock], dict[str, Head]]:
    """Open clocks whose due date may still move with the calendar, by id, from `after` on, locked
    with the heads of their cases."""
    statement = (
        sa.select(clocks, cases.c.entries, cases.c.head)
        .join(cases, cases.c.code == clocks.c.case_code)
        .where(clocks.c.provisional, clocks.c.ended_at.is_(None), clocks.c.id > after)
        .order_by(clocks.c.id)
        .limit(limit)
        .with_for_update()
    )
    return _with_heads(tx.execute(statement).all())


def _with_heads(rows: Sequence[sa.Row[Any]]) -> tuple[list[Clock], dict[str, Head]]:
    heads = {row.case_code: Head(count=row.entries, hash=row.head) for row in rows}
    return [clock_of_row(row) for row in rows], heads


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
