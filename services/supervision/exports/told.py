"""What of a case goes into an event log: its steps as traces tell them, without what people wrote.

No applicant, no form field, no opinion, reason or file name leaves with a log: codes, keys, times,
outcomes and, where it is asked for, the officers who acted.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import orjson

from services.supervision.domain import Case
from services.supervision.exports import before
from services.supervision.exports.happened import Happened, Said
from services.supervision.telling import ALERT, STEP
from services.supervision.trace import Entry

CLOSING = {"case.decided": "", "case.withdrawn": "withdrawn", "case.merged": "merged"}
"""What closes a case, and its outcome where the change does not say."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """A task as it was assigned: under `node` all parts of a task stand together."""

    assignment: str
    task: str
    node: str
    department: str
    zh: str
    en: str


@dataclass(frozen=True, kw_only=True)
class Told:
    """A case with everything that happened to it, in order."""

    case: Case
    happened: tuple[Happened, ...]
    tasks: dict[str, Task] = field(default_factory=dict)
    channel: str = ""
    outcome: str = ""

    @property
    def deadline(self) -> datetime | None:
        """When the promised limit of the case ends, or else the statutory one."""
        own = (self.case.clocks.get(f"{self.case.code}/{it}") for it in ("promised", "statutory"))
        return next((clock.due_at for clock in own if clock and clock.due_at), None)


def told(case: Case, entries: list[Entry]) -> Told:
    """A case from its row and its trace."""
    happened = (*before.in_order(entries), *(it for entry in entries for it in _of_entry(entry)))
    opened = next((it.said for it in happened if it.kind == "case.opened"), {})
    return Told(
        case=case,
        happened=happened,
        tasks={it.assignment: _task(it) for it in happened if it.kind == "task.assigned"},
        channel=opened.get("channel", ""),
        outcome=next((_outcome(it) for it in happened if _closes(it)), ""),
    )


def _of_entry(entry: Entry) -> Iterator[Happened]:
    if entry.type == STEP:
        for number, said in enumerate(_read(entry.body)["changes"], 1):
            yield Happened(
                id=f"{entry.case}/{entry.position}.{number}",
                at=entry.at,
                kind=said["kind"],
                said=said,
            )
    elif entry.type == ALERT:
        id = f"{entry.case}/{entry.position}.1"
        yield Happened(id=id, at=entry.at, kind="alert.raised", said=_read(entry.body))


def _read(body: str) -> Said:
    """The JSON of an entry; what orjson does not read (half a surrogate pair, an integer beyond 64
    bits) the standard library does."""
    try:
        return dict(orjson.loads(body))
    except orjson.JSONDecodeError:
        return dict(json.loads(body))


def _task(it: Happened) -> Task:
    return Task(
        assignment=it.assignment,
        task=it.said["task"],
        node=it.said.get("part_of") or it.said["task"],
        department=it.department,
        zh=it.said["title"]["zh"],
        en=it.said["title"]["en"],
    )


def _closes(it: Happened) -> bool:
    return it.kind in CLOSING or before.is_end(it)


def _outcome(it: Happened) -> str:
    return str(it.said.get("outcome") or CLOSING[it.kind])
