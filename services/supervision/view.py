"""What supervision tells about a case and about its alerts, as JSON values."""

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from services.supervision import store
from services.supervision.clocks import Clock
from services.supervision.limits import Given
from services.supervision.trace import Entry, Finding, Head, verify
from shared.errors import NotFound
from shared.worktime import Calendar, explain

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


def clocks(tx: sa.Connection, code: str, calendar: Calendar) -> Plain:
    """Every clock of a case: state, due date, why it is that one, and the rungs to come."""
    if store.case_head(tx, code) is None:
        raise NotFound(f"supervision knows no case {code}")
    return {"case": code, "clocks": [_clock(it, calendar) for it in store.clocks_of(tx, code)]}


def _clock(clock: Clock, calendar: Calendar) -> Plain:
    def iso(moment: Any) -> str | None:
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
        "reasons": _reasons(clock, calendar),
        "rungs": [{"rung": it.name, "when": it.when, "at": iso(it.moment)} for it in clock.rungs],
    }


def _reasons(clock: Clock, calendar: Calendar) -> list[str]:
    if isinstance(clock.limit, Given):
        return [f"due {calendar.local(clock.limit.due):%Y-%m-%d %H:%M}, a given date"]
    return list(explain(clock.limit, calendar))
