"""What the trace of a case says of its clocks: who stopped them, let them run or gave more time, on
what ground. The ledgers of the clocks say when; the trace says why."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from services.supervision.moves import TYPE as RECOUNTED
from services.supervision.trace import Entry
from shared.messages import CaseProgressed
from shared.messages.registry import name_of

STEP = name_of(CaseProgressed)
ENDS = ("task.completed", "task.declined", "task.cancelled", "task.transferred")
MORE = ("case.extended", "task.extended")
Kind = Literal["stopped", "resumed", "extended", "recounted"]
Said = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Happening:
    """One thing that a clock was told. `assignment` is empty for what the whole case was told,
    `by` the person as far as the trace names one. `clock` is that of a recount."""

    kind: Kind
    at: datetime
    assignment: str = ""
    task: str = ""
    department: str = ""
    reason: str = ""
    legal_basis: str = ""
    by: str = ""
    amount: int = 0
    unit: str = ""
    clock: str = ""
    due_before: str | None = None
    due_after: str | None = None


@dataclass(kw_only=True)
class _Reading:
    """What must be remembered from earlier entries: who holds an assignment, which ones wait."""

    holders: dict[str, str] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)


def happenings(entries: Iterable[Entry]) -> tuple[Happening, ...]:
    """All of it, in order."""
    reading, found = _Reading(), list[Happening]()
    for entry in entries:
        if entry.type == STEP:
            found += _of_step(reading, json.loads(entry.body))
        elif entry.type == RECOUNTED:
            found.append(_recounted(entry, json.loads(entry.body)))
    return tuple(found)


def region_of(entries: Iterable[Entry]) -> str:
    """The region of the case, as its first step says; empty where there is none."""
    steps = (json.loads(entry.body) for entry in entries if entry.type == STEP)
    region: str = next((step["region"] for step in steps), "")
    return region


def _of_step(reading: _Reading, step: Said) -> Iterator[Happening]:
    at = datetime.fromisoformat(step["at"])
    officers = {
        it["assignment"]: it["officer"]
        for it in step["changes"]
        if it.get("officer") and "assignment" in it
    }
    for change in step["changes"]:
        assignment = change.get("assignment", "")
        by = change.get("officer") or officers.get(assignment, "")
        if found := _of_change(reading, change, at, by):
            yield found


def _of_change(reading: _Reading, change: Said, at: datetime, by: str) -> Happening | None:
    kind, assignment = change["kind"], change.get("assignment", "")
    common = {
        "at": at,
        "assignment": assignment,
        "task": change.get("task", ""),
        "department": change.get("department") or reading.holders.get(assignment, ""),
        "reason": change.get("reason", ""),
        "by": by,
    }
    if kind == "task.assigned":
        reading.holders[assignment] = change["department"]
    elif kind == "clock.suspended":
        reading.waiting.add(assignment)
        return Happening(kind="stopped", legal_basis=change["legal_basis"], **common)
    elif kind == "clock.resumed" or (kind in ENDS and assignment in reading.waiting):
        reading.waiting.discard(assignment)
        return Happening(kind="resumed", **common)
    elif kind in MORE:
        return _extended(change, common)
    return None


def _extended(change: Said, common: Said) -> Happening:
    named = [
        f"{change['by']} ({change['capacity']})" if "by" in change else common["by"],
        change.get("approved_by", ""),
    ]
    return Happening(
        kind="extended",
        legal_basis=change["legal_basis"],
        amount=change["amount"],
        unit=change["unit"],
        **common | {"by": ", ".join(filter(None, named))},
    )


def _recounted(entry: Entry, said: Said) -> Happening:
    return Happening(
        kind="recounted",
        at=entry.at,
        clock=said["clock"],
        department=said["department"],
        reason=said["reason"],
        by=said.get("by", ""),
        due_before=said["due_before"],
        due_after=said["due_after"],
    )
