"""The cases of an export, a few hundred at a time, so that no number of them fills memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from services.supervision.exports.told import Told, told
from services.supervision.rows import case_of_row, entry_of_row
from services.supervision.tables import cases, trace

AT_ONCE = 300


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which cases: of an item (empty: of all), closed from `since` on, up to and with `until`.
    Without a date also those that are open."""

    item: str = ""
    since: date | None = None
    until: date | None = None

    def clauses(self, zone: ZoneInfo) -> Iterator[sa.ColumnElement[bool]]:
        if self.item:
            yield cases.c.item == self.item
        if self.since:
            yield cases.c.closed_at >= datetime.combine(self.since, time(), zone)
        if self.until:
            after = self.until + timedelta(days=1)
            yield cases.c.closed_at < datetime.combine(after, time(), zone)


def count(tx: sa.Connection, wanted: Wanted, zone: ZoneInfo) -> int:
    """How many cases there are to export."""
    statement = sa.select(sa.func.count()).select_from(cases)
    return tx.execute(statement.where(*wanted.clauses(zone))).scalar_one()


def read(tx: sa.Connection, wanted: Wanted, zone: ZoneInfo) -> Iterator[Told]:
    """Each case with what happened to it, by code."""
    after = ""
    while some := _some(tx, wanted, zone, after):
        entries = sa.select(trace).where(trace.c.case_code.in_(some.keys()))
        rows = tx.execute(entries.order_by(trace.c.case_code, trace.c.position))
        for code, own in groupby(rows, key=lambda row: str(row.case_code)):
            yield told(case_of_row(some[code]), [entry_of_row(row) for row in own])
        after = max(some)


def _some(
    tx: sa.Connection, wanted: Wanted, zone: ZoneInfo, after: str
) -> dict[str, sa.Row[tuple[object, ...]]]:
    statement = (
        sa.select(cases)
        .where(cases.c.code > after, *wanted.clauses(zone))
        .order_by(cases.c.code)
        .limit(AT_ONCE)
    )
    return {row.code: row for row in tx.execute(statement)}
