"""What a step of the case stream ended, as facts. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import zip_longest
from typing import Any, cast

from services.supervision.beside import Beside, Stop, noted
from services.supervision.clocks import clock_id
from services.supervision.domain import Case, Rules
from services.supervision.facts import CaseFact, Ending, Fact, StopFact, spent
from services.supervision.packing import text_of_title
from shared.messages.ordered import Merged, Transferred
from shared.messages.parts import Text
from shared.messages.progress import (
    Accepted,
    Cancelled,
    CaseProgressed,
    Change,
    Completed,
    Decided,
    Declined,
    Returned,
    Settled,
    Withdrawn,
)
from shared.worktime import Calendar, Stretch

ENDINGS: dict[type, Ending] = {
    Completed: "completed",
    Declined: "declined",
    Cancelled: "cancelled",
    Transferred: "transferred",
}
CLOSINGS: dict[type, str] = {Decided: "decided", Withdrawn: "withdrawn", Merged: "merged"}
Measured = tuple[str, int, float, datetime | None, bool]
"""Of a limit: its unit, its budget, what was used of it, when it was due, whether it was late."""

NO_LIMIT: Measured = ("", 0, 0.0, None, False)
TELLING = frozenset([*ENDINGS, *CLOSINGS])
NOTHING = Beside()
NO_TITLE = text_of_title(Text(zh="", en=""))


@dataclass(kw_only=True)
class Facts:
    """The facts of a batch of steps, as they are found."""

    of_assignments: list[Fact] = field(default_factory=list)
    of_cases: list[CaseFact] = field(default_factory=list)
    of_stops: list[StopFact] = field(default_factory=list)

    def take(self, before: Case, step: CaseProgressed, after: Case, rules: Rules) -> None:
        """Find what a step ended, from the case before it and after it."""
        if TELLING.isdisjoint(map(type, step.changes)):
            return
        reading = _Reading(before, after, step.at, rules.calendar_of(step.region))
        for change in step.changes:
            reading.take(change)
            reading.note(change)
        self.of_assignments += reading.assignments
        self.of_cases += reading.cases
        self.of_stops += reading.stops


class _Reading:
    """One step, read change by change. The many facts of a case are made without detours: this
    runs for every task of every case."""

    def __init__(self, before: Case, after: Case, at: datetime, calendar: Calendar) -> None:
        self._before, self._after, self._at, self._calendar = before, after, at, calendar
        self._notes = before.beside
        self._answered: set[str] = set()
        self.assignments: list[Fact] = []
        self.cases: list[CaseFact] = []
        self.stops: list[StopFact] = []

    def take(self, change: Change) -> None:
        if ending := ENDINGS.get(type(change)):
            self.assignments.append(self._ended(change, ending))
        elif isinstance(change, Settled) and change.ground == "silence":
            self.assignments = [_deemed(it, change.task) for it in self.assignments]
        elif isinstance(change, Decided | Withdrawn | Merged):
            self.cases.append(self._closed(getattr(change, "outcome", CLOSINGS[type(change)])))
        elif isinstance(change, Accepted | Returned):
            self._answered.add(change.assignment)

    def note(self, change: Change) -> None:
        if type(change) not in TELLING:
            self._notes = noted(self._notes, (change,), self._at)

    def _ended(self, change: Any, ending: Ending) -> Fact:
        case, at, assignment = self._after, self._at, change.assignment
        handling = _clock(case, "handling", assignment)
        acceptance = _clock(case, "acceptance", assignment)
        known = handling or acceptance
        told = self._notes.get(assignment, NOTHING)
        unit, budget, used, due_at, late = self._measured(handling)
        acceptance_unit, to_accept, waited, _due, kept_waiting = self._measured(acceptance)
        stops = _stops(handling.limit.stretches) if handling else told.stops
        if stops:
            self._stood(assignment, stops)
        return Fact(
            case_code=case.code,
            assignment=assignment,
            item=case.item,
            item_version=case.item_version,
            region=case.region,
            department=change.department,
            task=change.task,
            title=text_of_title(known.title) if known else NO_TITLE,
            part_of=told.part_of,
            assigned_at=known.limit.started if known else told.assigned_at or at,
            accepted_at=self._accepted_at(acceptance, told, assignment),
            ended_at=at,
            ending=ending,
            outcome=change.outcome if ending == "completed" else ending,
            unit=unit,
            budget=budget,
            used=used,
            due_at=due_at,
            late=late,
            acceptance_unit=acceptance_unit,
            acceptance_budget=to_accept,
            acceptance_used=waited,
            acceptance_late=kept_waiting,
            returns=told.returns,
            stops=len(stops),
            officer=getattr(change, "officer", ""),
        )

    def _stood(self, assignment: str, stops: Iterable[Stop]) -> None:
        """When the clock stood still; what stands still at the end does so until then."""
        for since, until in stops:
            if since < (ended := until or self._at):
                self.stops.append(
                    StopFact(
                        case_code=self._after.code,
                        assignment=assignment,
                        since=since,
                        until=ended,
                    )
                )

    def _accepted_at(self, acceptance: Any, told: Beside, assignment: str) -> datetime | None:
        """When the department first answered, before it ended the assignment."""
        if acceptance is None:
            return told.accepted_at
        if acceptance.ended_at != self._at or assignment in self._answered:
            return cast(datetime, acceptance.ended_at)
        before = _clock(self._before, "acceptance", assignment)
        answered: datetime | None = before.ended_at if before else None
        return answered

    def _closed(self, outcome: str) -> CaseFact:
        case = self._after
        unit, budget, used, due_at, late = self._measured(_clock(case, "statutory"))
        promised = self._measured(_clock(case, "promised"))
        return CaseFact(
            case_code=case.code,
            item=case.item,
            item_version=case.item_version,
            region=case.region,
            title=text_of_title(case.title),
            lead=case.lead,
            opened_at=case.opened_at or self._at,
            closed_at=self._at,
            outcome=outcome,
            statutory_unit=unit,
            statutory_budget=budget,
            statutory_used=used,
            statutory_due_at=due_at,
            statutory_late=late,
            promised_unit=promised[0],
            promised_budget=promised[1],
            promised_used=promised[2],
            promised_due_at=promised[3],
            promised_late=promised[4],
        )

    def _measured(self, clock: Any) -> Measured:
        if clock is None:
            return NO_LIMIT
        limit, until, due = clock.limit, clock.ended_at or self._at, clock.due_at
        budget = limit.budget if limit.extensions else limit.amount
        used = spent(limit, until, self._calendar)
        return limit.unit, budget, used, due, due is not None and until > due


def _clock(case: Case, kind: str, subject: str = "") -> Any:
    name = clock_id(case.code, kind, subject)
    clock = case.changed.get(name)
    return case.clocks[name] if clock is None and name in case.clocks else clock


def _stops(stretches: Sequence[Stretch]) -> tuple[Stop, ...]:
    """Between the stretches in which a clock ran it stood still."""
    if len(stretches) == 1 and stretches[0].end is None:
        return ()
    return tuple(
        (it.end, later.begin if later else None)
        for it, later in zip_longest(stretches, stretches[1:])
        if it.end is not None
    )


def _deemed(fact: Fact, task: str) -> Fact:
    """Of a task that silence approved, what took it from its department is the silence."""
    if fact["task"] != task or fact["ending"] != "cancelled":
        return fact
    return {**fact, "ending": "deemed", "outcome": "deemed"}
