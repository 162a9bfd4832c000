"""The clock of a limit: what it counts, whether it runs, and the rungs that it has still to climb.

A clock is a value; each change gives a new one. Due dates are derived from its ledger, never
edited. A rung whose moment passed before the clock was stopped or ended is still to be climbed, so
what is alerted depends on when things happened and not on when somebody looked.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from operator import itemgetter

from services.supervision.ladder import DIRECTIVES, Rung, climb, moment
from services.supervision.limits import Given
from shared.lights import Ladder
from shared.messages.parts import Text
from shared.values import made_often, with_changed
from shared.worktime import Calendar, Ledger
from shared.worktime.alike import alike

CASE_KINDS = ("statutory", "promised")
TASK_KINDS = ("acceptance", "handling")
KINDS = (*CASE_KINDS, *TASK_KINDS, "deferral", "correction")
LIKE = {"correction": "promised"}
"""Kinds that came later, and whose ladder such a clock climbs where a policy does not name one."""


def clock_id(case: str, kind: str, subject: str = "") -> str:
    """What a clock is called: `CODE/promised`, `CODE/handling/ASSIGNMENT`."""
    return f"{case}/{kind}/{subject}" if subject else f"{case}/{kind}"


@made_often
@dataclass(frozen=True, kw_only=True)
class Clock:
    """One limit of a case. `subject` is the assignment of a task's clock, the material of a
    deferral's, empty for the case's own. `rungs` are those not climbed yet, lowest first."""

    case: str
    kind: str
    subject: str = ""
    department: str
    task: str = ""
    title: Text
    source: str = ""
    limit: Ledger | Given
    due_at: datetime | None = None
    provisional: bool = False
    ended_at: datetime | None = None
    rungs: tuple[Rung, ...] = ()

    @property
    def id(self) -> str:
        return clock_id(self.case, self.kind, self.subject)

    @property
    def stopped(self) -> bool:
        return isinstance(self.limit, Ledger) and self.limit.stopped

    @property
    def next_at(self) -> datetime | None:
        """The moment of the next rung; None where none is coming unless the clock resumes."""
        return next_of(self.rungs)

    def begun(self, ladder: Ladder, calendar: Calendar) -> "Clock":
        """The clock as it begins, with the rungs of its ladder."""
        alike = _beginning_alike(self.limit, calendar)
        due, provisional, rungs, first = _beginning(ladder, alike, calendar)
        start = self.limit.started
        if alike is not self.limit and first and first <= start:
            rungs = tuple(it for it in rungs if it.moment is None or it.moment > start)
        return with_changed(self, due_at=due, provisional=provisional, rungs=rungs)

    def stop(self, at: datetime, calendar: Calendar) -> "Clock":
        """Time stops counting at `at`. A given date does not move, and a stopped clock stays so."""
        if self.stopped or isinstance(self.limit, Given):
            return self
        limit = self.limit.suspend(max(at, self.limit.stretches[-1].begin))
        return self._counting(limit, at, calendar)

    def resume(self, at: datetime, calendar: Calendar) -> "Clock":
        """Time counts again from `at`; a clock that runs goes on running."""
        if isinstance(self.limit, Given) or not self.limit.stopped:
            return self
        limit = self.limit.resume(max(at, self.limit.stretches[-1].end or at))
        return self._counting(limit, at, calendar)

    def extend(
        self, amount: int, unit: str, source: str, at: datetime, calendar: Calendar
    ) -> "Clock":
        """More time from `at` on, where it is counted in the same unit; what was reached stays."""
        if isinstance(self.limit, Given) or self.limit.unit != unit:
            return self
        return self._counting(self.limit.extend(amount, source), at, calendar)

    def end(self, at: datetime) -> "Clock":
        """What was asked for is done: rungs that were not reached before `at` never will be.

        What was late is still told; but there is nothing left to act on.
        """
        reached = tuple(
            [it for it in self.rungs if it.moment and it.moment < at and it.name not in DIRECTIVES]
        )
        return with_changed(self, ended_at=at, rungs=reached)

    def recount(self, at: datetime, calendar: Calendar) -> "Clock":
        """The clock by a calendar that has changed; what was reached before `at` stays reached."""
        limit = self.limit.recounted(calendar) if isinstance(self.limit, Given) else self.limit
        return self._counting(limit, at, calendar)

    def fire(self, now: datetime) -> tuple["Clock", tuple[Rung, ...]]:
        """The clock after all rungs that were reached before `now`, and those, oldest first."""
        reached = [(it.moment, it) for it in self.rungs if it.moment and it.moment < now]
        fired = tuple(rung for _moment, rung in sorted(reached, key=itemgetter(0)))
        left = tuple(rung for rung in self.rungs if rung not in fired)
        return with_changed(self, rungs=left), fired

    def _counting(self, limit: Ledger | Given, at: datetime, calendar: Calendar) -> "Clock":
        rungs = tuple(
            rung
            if rung.moment is not None and rung.moment < at
            else replace(rung, moment=moment(rung.when, limit, calendar))
            for rung in self.rungs
        )
        return with_changed(self, limit=limit, rungs=rungs)._dated(calendar)

    def _dated(self, calendar: Calendar) -> "Clock":
        due = self.limit.due_date(calendar)
        return with_changed(self, due_at=due, provisional=self.limit.provisional(calendar))


@lru_cache(maxsize=4_096)
def _beginning_alike(limit: Ledger | Given, calendar: Calendar) -> Ledger | Given:
    return limit if isinstance(limit, Given) else alike(limit, calendar)


def next_of(rungs: Iterable[Rung]) -> datetime | None:
    """The first of their moments."""
    return min([rung.moment for rung in rungs if rung.moment], default=None)


@lru_cache(maxsize=4_096)
def _beginning(
    ladder: Ladder, limit: Ledger | Given, calendar: Calendar
) -> tuple[datetime | None, bool, tuple[Rung, ...], datetime | None]:
    """When a clock that begins is due, whether provisionally, its rungs, and the first of these.

    Counted once for all that begin alike.
    """
    rungs = climb(ladder, limit, calendar)
    return limit.due_date(calendar), limit.provisional(calendar), rungs, next_of(rungs)
