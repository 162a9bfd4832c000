"""Cases as objects and events of OCEL 2.0 (object-centric event log, ocel-standard.org).

    case        the case; task       an assignment of one of its tasks, `of` its case, `held by`
    department  an office            material   a paper that was handed in or issued, `of` its case

An event is related to its case (`about`), its assignment (`task`), the department that acts (`by`)
or is given the task (`to`), and papers (`handed in`, `issued`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from services.supervision.exports import before
from services.supervision.exports.happened import Happened
from services.supervision.exports.told import Told

Value = str | int | datetime
Relation = tuple[str, str]
"""The id of an object, and the qualifier."""

OBJECTS: Mapping[str, Mapping[str, str]] = {
    "case": {
        "item": "string",
        "item_version": "integer",
        "region": "string",
        "lead": "string",
        "channel": "string",
        "outcome": "string",
        "deadline": "time",
    },
    "task": {"task": "string", "node": "string", "title_zh": "string", "title_en": "string"},
    "department": {},
    "material": {"name": "string", "media_type": "string", "size": "integer"},
}
"""The types of objects with their attributes."""

OUTCOME = {"outcome": "string"}
EVENTS: Mapping[str, Mapping[str, str]] = {
    before.RECEIVED: {},
    before.NOTIFIED: {"missing": "integer"},
    before.CORRECTED: {"fields": "integer", "materials": "integer"},
    before.ENDED: OUTCOME,
    "case.opened": {},
    "task.assigned": {},
    "task.accepted": {},
    "task.completed": OUTCOME,
    "document.issued": {},
    "task.returned": {},
    "task.declined": {},
    "task.skipped": {},
    "task.settled": {"ground": "string"},
    "task.cancelled": {},
    "task.transferred": {},
    "task.extended": {"amount": "integer", "unit": "string"},
    "clock.suspended": {},
    "clock.resumed": {},
    "case.supplemented": {},
    "case.extended": {"amount": "integer", "unit": "string"},
    "case.decided": OUTCOME,
    "decision.revoked": {},
    "case.withdrawn": {},
    "case.merged": {},
    "alert.raised": {"rung": "string"},
}
"""The types of events with their attributes; whatever else a trace tells stays in the trace."""

GIVEN = {"task.assigned", before.RECEIVED, before.CORRECTED}
"""What a department is given, and does not do."""


@dataclass(frozen=True, kw_only=True)
class Object:
    """An object of a log; what it is never changes in it."""

    id: str
    type: str
    attributes: Mapping[str, Value] = field(default_factory=dict)
    related: tuple[Relation, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Event:
    """An event of a log."""

    id: str
    type: str
    at: datetime
    attributes: Mapping[str, Value] = field(default_factory=dict)
    related: tuple[Relation, ...] = ()


def objects(told: Told) -> Iterator[Object]:
    """The objects of a case, but for the departments, which many cases share."""
    case = told.case
    known = {
        "item": case.item,
        "item_version": case.item_version,
        "region": case.region,
        "lead": case.lead,
        "channel": told.channel,
        "outcome": told.outcome,
        "deadline": told.deadline,
    }
    yield Object(id=case.code, type="case", attributes=_said(known))
    for it in told.tasks.values():
        own = {"task": it.task, "node": it.node, "title_zh": it.zh, "title_en": it.en}
        related = (case.code, "of"), (department(it.department), "held by")
        yield Object(id=_task(told, it.assignment), type="task", attributes=own, related=related)
    yield from _materials(told)


def events(told: Told) -> Iterator[Event]:
    """The events of a case, in order."""
    for it in told.happened:
        if it.kind in EVENTS:
            known = {name: it.said.get(name) for name in EVENTS[it.kind]}
            yield Event(
                id=it.id,
                type=it.kind,
                at=it.at,
                attributes=_said(known),
                related=tuple(dict.fromkeys(_related(told, it))),
            )


def departments(told: Told) -> Iterator[str]:
    """The departments that the events of a case name; some come more than once."""
    for it in told.happened:
        yield from filter(None, (it.department, it.said.get("to", "")))
    yield from (it.department for it in told.tasks.values())


def department(key: str) -> str:
    """The id of a department's object."""
    return f"department/{key}"


def time_text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _related(told: Told, it: Happened) -> Iterator[Relation]:
    yield told.case.code, "about"
    if it.assignment in told.tasks:
        yield _task(told, it.assignment), "task"
    if it.department:
        yield department(it.department), "to" if it.kind in GIVEN else "by"
    if it.said.get("to") and it.kind == "task.transferred":
        yield department(it.said["to"]), "to"
    for material in _papers(it):
        yield _material(told, material), "handed in" if "supplement" in it.kind else "issued"


def _papers(it: Happened) -> list[dict[str, Any]]:
    """The papers that something that happened is about."""
    if it.kind == "case.supplemented":
        return list(it.said["materials"])
    if it.kind == "document.issued":
        return [it.said["document"]]
    return list(it.said.get("documents", ())) if it.kind == "task.completed" else []


def _materials(told: Told) -> Iterator[Object]:
    found = {_material(told, paper): paper for it in told.happened for paper in _papers(it)}
    for id, it in found.items():
        own = {name: it[name] for name in OBJECTS["material"]}
        related = ((told.case.code, "of"),)
        yield Object(id=id, type="material", attributes=own, related=related)


def _material(told: Told, paper: Mapping[str, Any]) -> str:
    """What a paper is called: short, and the same wherever the case has the same content."""
    return f"{told.case.code}/{paper['name']}/{paper['digest'][-12:]}"


def _task(told: Told, assignment: str) -> str:
    return f"{told.case.code}/{assignment}"


def _said(known: Mapping[str, Any]) -> dict[str, Value]:
    return {name: value for name, value in known.items() if value not in (None, "")}
