"""A case as a timeline: its review before acceptance, when each department had its task, when time
stood still. Pure.

Times come from the trace, so that they are those of the steps by which clocks go; due dates and
what is used of a limit come from the clocks.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from services.supervision.beforehand import Beforehand, Milestone, beforehand
from services.supervision.clocks import CASE_KINDS, Clock
from services.supervision.happenings import STEP
from services.supervision.reviewing import KIND
from services.supervision.trace import Entry
from shared.messages.parts import Text
from shared.worktime import Calendar, Ledger

ENDS = {
    "task.completed": "completed",
    "task.declined": "declined",
    "task.cancelled": "cancelled",
    "task.transferred": "transferred",
}
CLOSES = {"case.decided": "decided", "case.withdrawn": "withdrawn", "case.merged": "merged"}
OF_STAGE = {"review": (KIND,), "case": CASE_KINDS, "task": ("handling", "acceptance")}
"""The kinds of clocks of a bar; the first is the one whose use is told."""
Said = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Pause:
    """Time stood still from `begin` to `end`, or still does."""

    begin: datetime
    end: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Due:
    """A limit ends at `at`; `kind` is its clock's. `missed` says whether it passed unmet."""

    kind: str
    at: datetime
    missed: bool


@dataclass(frozen=True, kw_only=True)
class Used:
    """How much of its budget a clock has used, in its unit."""

    amount: float
    budget: int
    unit: str


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A task of a department, or the case itself (no `assignment`), or its review before it was
    accepted (with `milestones`), from `begin` to `end`."""

    assignment: str = ""
    task: str = ""
    department: str = ""
    title: Text
    begin: datetime
    accepted_at: datetime | None = None
    end: datetime | None = None
    state: str
    outcome: str = ""
    officer: str = ""
    pauses: tuple[Pause, ...] = ()
    dues: tuple[Due, ...] = ()
    used: Used | None = None
    milestones: tuple[Milestone, ...] = ()

    @property
    def stage(self) -> Literal["review", "case", "task"]:
        """What it is a bar of."""
        if self.milestones:
            return "review"
        return "task" if self.assignment else "case"

    @property
    def stands_still(self) -> bool:
        """Whether its time does not count now."""
        return self.end is None and any(it.end is None for it in self.pauses)


def bars(
    entries: Iterable[Entry], clocks: Mapping[str, Clock], calendar: Calendar, now: datetime
) -> tuple[Bar, ...]:
    """The review before acceptance if there was one, the case itself, then its tasks in the order
    in which they were assigned."""
    entries = list(entries)
    found: dict[str, Bar] = {}
    for entry in entries:
        if entry.type == STEP:
            said = json.loads(entry.body)
            at = datetime.fromisoformat(said["at"])
            for change in said["changes"]:
                _take(found, change, at)
    before = beforehand(entries)
    shown = [_review(before), *found.values()] if before else [*found.values()]
    return tuple(_measured(bar, clocks, calendar, now) for bar in shown)


def _review(before: Beforehand) -> Bar:
    """While the applicant has the notice in hand, the office's time stands still."""
    said = before.review
    back = next(iter(said.corrected_at), said.ended_at)
    pauses = (Pause(begin=said.notified_at, end=back),) if said.notified_at else ()
    return Bar(
        title=said.title,
        department=said.lead,
        begin=said.received_at,
        end=said.ended_at,
        state=before.state,
        pauses=pauses,
        milestones=before.milestones,
    )


def _take(found: dict[str, Bar], change: Said, at: datetime) -> None:
    kind, own = change["kind"], change.get("assignment", "")
    if kind == "case.opened":
        begin = datetime.fromisoformat(change["accepted_at"])
        found[""] = Bar(title=_text(change), department=change["lead"], begin=begin, state="open")
    elif kind == "task.assigned":
        found[own] = _assigned(change, at)
    elif kind in CLOSES and "" in found:
        outcome = change.get("outcome", "")
        closed = replace(found[""], end=at, state=CLOSES[kind], outcome=outcome)
        found[""] = _resumed(closed, at)
    elif own in found and own:
        found[own] = _changed(found[own], change, at)
        _of_case(found, at, change.get("reason", ""))


def _assigned(change: Said, at: datetime) -> Bar:
    return Bar(
        assignment=change["assignment"],
        task=change["task"],
        department=change["department"],
        title=_text(change),
        begin=at,
        state="assigned",
    )


def _changed(bar: Bar, change: Said, at: datetime) -> Bar:
    kind, officer = change["kind"], change.get("officer", "") or bar.officer
    if kind == "task.accepted":
        return replace(bar, accepted_at=at, state="accepted", officer=officer)
    if kind == "clock.suspended":
        return _paused(bar, at, change["reason"])
    if kind == "clock.resumed":
        return _resumed(bar, at)
    if kind in ENDS:
        ended = replace(
            bar, end=at, state=ENDS[kind], outcome=change.get("outcome", ""), officer=officer
        )
        return _resumed(ended, at)
    return bar


def _of_case(found: dict[str, Bar], at: datetime, reason: str) -> None:
    """The case waits while any of its tasks does."""
    waits = any(it.stands_still for own, it in found.items() if own)
    if "" in found and waits != found[""].stands_still:
        found[""] = _paused(found[""], at, reason) if waits else _resumed(found[""], at)


def _paused(bar: Bar, at: datetime, reason: str) -> Bar:
    if bar.stands_still:
        return bar
    return replace(bar, pauses=(*bar.pauses, Pause(begin=at, reason=reason)))


def _resumed(bar: Bar, at: datetime) -> Bar:
    if not bar.pauses or bar.pauses[-1].end is not None:
        return bar
    return replace(bar, pauses=(*bar.pauses[:-1], replace(bar.pauses[-1], end=at)))


def _measured(bar: Bar, clocks: Mapping[str, Clock], calendar: Calendar, now: datetime) -> Bar:
    kinds = OF_STAGE[bar.stage]
    own = [
        it
        for it in clocks.values()
        if it.kind in kinds and (bar.milestones or it.subject == bar.assignment)
    ]
    own.sort(key=lambda it: it.subject, reverse=True)  # of the clocks of a review, the last one
    dues = tuple(
        Due(kind=it.kind, at=it.due_at, missed=it.due_at < min(now, it.ended_at or now))
        for it in own
        if it.due_at
    )
    dues = tuple(sorted(dues, key=lambda it: it.at))
    return replace(bar, dues=dues, used=_used(own, kinds[0], calendar, now))


def _used(clocks: Iterable[Clock], kind: str, calendar: Calendar, now: datetime) -> Used | None:
    for clock in clocks:
        if clock.kind == kind and isinstance(clock.limit, Ledger):
            until = min(now, clock.ended_at) if clock.ended_at else now
            amount = float(clock.limit.consumed(until, calendar))
            return Used(amount=amount, budget=clock.limit.budget, unit=clock.limit.unit)
    return None


def _text(change: Said) -> Text:
    return Text(zh=change["title"]["zh"], en=change["title"]["en"])
