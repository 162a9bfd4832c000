"""What the trace of a case says of its clocks: who stopped them, let them run or gave more time, on
what ground. The ledgers of the clocks say when; the trace says why."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from services.supervision.clocks import clock_id
from services.supervision.moves import TYPE as RECOUNTED
from services.supervision.trace import Entry
from shared.messages import CaseProgressed, CaseReceived, CorrectionNotified, ReviewEnded
from shared.messages.registry import name_of

STEP = name_of(CaseProgressed)
ENDS = ("task.completed", "task.declined", "task.cancelled", "task.transferred")
MORE = ("case.extended", "task.extended")
REVIEWS = (name_of(CaseReceived), name_of(CorrectionNotified), name_of(ReviewEnded))
RECEIVED, NOTIFIED, ENDED = REVIEWS
Kind = Literal[
    "stopped",
    "resumed",
    "extended",
    "recounted",
    "notified",
    "accepted",
    "deemed",
    "refused",
    "withdrawn",
]
OF_REVIEWS: tuple[Kind, ...] = ("notified", "accepted", "deemed", "refused", "withdrawn")
"""What ends a clock before acceptance. The reasons of a notice are what must be corrected."""
Said = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Happening:
    """One thing that a clock was told. `assignment` is empty for what the whole case was told,
    `by` the person as far as the trace names one. `clock` is that of a recount or a review, `since`
    the moment from which an accepted case counts."""

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
    since: datetime | None = None
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
        elif entry.type in (NOTIFIED, ENDED):
            found.append(_reviewed(entry, json.loads(entry.body)))
    return tuple(found)


def region_of(entries: Iterable[Entry]) -> str:
    """The region of the case, as its first step or its review says; empty where there is none."""
    for entry in entries:
        if entry.type in (STEP, RECEIVED):
            said = json.loads(entry.body)
            region: str = said.get("review", said)["region"]
            return region
    return ""


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


def _reviewed(entry: Entry, said: Said) -> Happening:
    review = said["review"]
    number, notified = len(review["corrected_at"]), entry.type == NOTIFIED
    since = review["accepted_at"]
    why = (f"{it['subject']} ({it['problem']})" for it in said.get("missing", ()))
    return Happening(
        kind="notified" if notified else review["ending"],
        at=entry.at,
        reason="; ".join([*why, *said.get("reasons", ())]),
        legal_basis=review["limit"]["source"],
        by=said["by"],
        clock=clock_id(entry.case, "correction", str(number) if number else ""),
        since=datetime.fromisoformat(since) if since else None,
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
