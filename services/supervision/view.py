"""What supervision tells about a case and about its alerts, as JSON values."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.supervision import store
from services.supervision.clocks import Clock
from services.supervision.explaining import Line, explained
from services.supervision.happenings import happenings, region_of
from services.supervision.trace import Entry, Finding, Head, verify
from shared.errors import NotFound
from shared.worktime import Calendar, Calendars, Ledger, Version

Plain = dict[str, Any]


def read_trace(tx: sa.Connection, code: str) -> tuple[list[Entry], Head, list[Finding]]:
    """The trace of a case, its head as the case's row knows it, and what is wrong with it.

    Raises NotFound.
    """
    head = store.case_head(tx, code)
    if head is None:
        raise NotFound(f"supervision knows no case {code}")
    entries = list(store.trace_of(tx, code))
    return entries, head, verify(code, entries, head)


def trace(code: str, entries: Sequence[Entry], head: Head, findings: Sequence[Finding]) -> Plain:
    """A trace with every entry's whole message, so that others can compute the hashes again."""
    return {
        "case": code,
        "verified": not findings,
        "findings": [{"position": it.position, "problem": it.problem} for it in findings],
        "head": {"count": head.count, "hash": head.hash},
        "entries": [
            {
                "position": it.position,
                "at": it.at.isoformat(),
                "source": it.source,
                "type": it.type,
                "message": json.loads(it.body),
                "previous": it.previous,
                "hash": it.hash,
            }
            for it in entries
        ],
    }


def clocks(tx: sa.Connection, code: str, calendars: Calendars, now: datetime) -> Plain:
    """Every clock of a case as it stands at `now`: state, due date, the lines that explain it, and
    the rungs to come. Raises NotFound."""
    if store.case_head(tx, code) is None:
        raise NotFound(f"supervision knows no case {code}")
    entries = list(store.trace_of(tx, code))
    region, told = region_of(entries), happenings(entries)
    calendar = calendars.of(region)
    return {
        "case": code,
        "region": region,
        "calendar": [calendar_version(it) for it in calendars.holding(region)],
        "clocks": [
            _clock(it, explained(it, told, calendar, now), calendar)
            for it in store.clocks_of(tx, code)
        ],
    }


def calendar_version(version: Version) -> Plain:
    """What is told of a version of a region's calendar."""
    return {
        "region": version.region,
        "version": version.number,
        "published_at": version.published_at.isoformat(),
        "by": version.by,
        "source": version.source,
    }


def _clock(clock: Clock, lines: Sequence[Line], calendar: Calendar) -> Plain:
    def iso(moment: datetime | None) -> str | None:
        return calendar.local(moment).isoformat() if moment else None

    return {
        "clock": clock.id,
        "kind": clock.kind,
        "department": clock.department,
        "task": clock.task,
        "title": {"zh": clock.title.zh, "en": clock.title.en},
        "state": "ended" if clock.ended_at else "stopped" if clock.stopped else "running",
        "due_at": iso(clock.due_at),
        "provisional": clock.provisional,
        "ended_at": iso(clock.ended_at),
        "source": clock.source,
        "unit": clock.limit.unit if isinstance(clock.limit, Ledger) else "",
        "reasons": [line.text.en for line in lines],
        "lines": [_line(line, iso) for line in lines],
        "rungs": [{"rung": it.name, "when": it.when, "at": iso(it.moment)} for it in clock.rungs],
    }


def _line(line: Line, iso: Callable[[datetime | None], str | None]) -> Plain:
    amounts = {"units": line.units, "used": line.used, "late": line.late}
    return {
        "kind": line.kind,
        "zh": line.text.zh,
        "en": line.text.en,
        "begin": iso(line.begin),
        "end": iso(line.end),
        **{name: None if it is None else round(float(it), 6) for name, it in amounts.items()},
        "causes": [
            {
                "at": iso(it.at),
                "reason": it.reason,
                "legal_basis": it.legal_basis,
                "by": it.by,
                "department": it.department,
                "task": it.task,
            }
            for it in line.causes
        ],
    }
