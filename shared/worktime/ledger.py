"""The ledger of a clock: what it may use, when it ran; everything else is derived.

Rules of stopping, and why:

1. The clock runs in stretches `(begin, end]`. A day counts, and counts whole, when the clock runs
   at its end of business. So a stop makes exactly those days not count whose end of business falls
   into it, and moves the end by exactly that many days: of the two days that a stop cuts, the one
   on which it begins does not count and the one on which it ends does. (Counting both would let an
   office lose two days for one night's stop, counting neither would win it two.)
2. A limit therefore never ends while it is stopped, also when the stop begins on its last day.
3. A stop never moves the end to an earlier day; one that begins and ends between two ends of
   business moves nothing; one that follows another without a pause adds up with it.
4. The day of the event that began the limit never counts (Civil Code art. 201), stopped or not.
5. Working hours run and stop by the microsecond.
6. A limit in calendar days whose last day is off ends on the next working day on which the clock
   runs (art. 203). The days in between are neither consumed nor overdue.
7. A limit that has ended stays ended: a later stop does not make it timely.
"""

import math
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Self

from shared.errors import Fault, Invalid
from shared.worktime.counting import checked_amount
from shared.worktime.measures import Measure, Unit, measure_of
from shared.worktime.workdays import Calendar


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """The clock ran from `begin` to `end`; it still runs when `end` is None."""

    begin: datetime
    end: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Extension:
    """More time, in the ledger's unit, and the decision that granted it."""

    amount: int
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """A budget of `amount` units and the stretches in which the clock ran, oldest first.

    A pure value: every change gives a new ledger. Questions need the calendar, because an answer
    may change when the operator learns of a new notice.
    """

    amount: int
    unit: Unit
    stretches: tuple[Stretch, ...]
    extensions: tuple[Extension, ...] = ()

    def __post_init__(self) -> None:
        measure_of(self.unit)
        for amount in (self.amount, *(extension.amount for extension in self.extensions)):
            checked_amount(amount)
        _check_order(self.stretches)

    @classmethod
    def starting(cls, at: datetime, amount: int, unit: Unit) -> Self:
        """The ledger of a clock that the event at `at` starts."""
        return cls(amount=amount, unit=unit, stretches=(Stretch(begin=at),))

    @property
    def budget(self) -> int:
        """Units granted, extensions included."""
        return self.amount + sum(extension.amount for extension in self.extensions)

    @property
    def started(self) -> datetime:
        return self.stretches[0].begin

    @property
    def stopped(self) -> bool:
        return self.stretches[-1].end is not None

    def suspend(self, at: datetime) -> Self:
        """Stop the clock. Raises Invalid when it is stopped, or when `at` is before it ran."""
        if self.stopped:
            raise _impossible("suspension", "the clock is already stopped; resume it first")
        if _aware("suspension", at) < self.stretches[-1].begin:
            raise _impossible("suspension", f"{at.isoformat()} is before the clock began to run")
        last = replace(self.stretches[-1], end=at)
        return replace(self, stretches=(*self.stretches[:-1], last))

    def resume(self, at: datetime) -> Self:
        """Let it run again. Raises Invalid when it is not stopped, or `at` is before the stop."""
        stopped = self.stretches[-1].end
        if stopped is None:
            raise _impossible("resumption", "the clock is not stopped")
        if _aware("resumption", at) < stopped:
            raise _impossible("resumption", f"{at.isoformat()} is before the clock was stopped")
        return replace(self, stretches=(*self.stretches, Stretch(begin=at)))

    def extend(self, amount: int, source: str = "") -> Self:
        """Grant more time, in the ledger's unit."""
        granted = Extension(amount=amount, source=source)
        return replace(self, extensions=(*self.extensions, granted))

    def due_date(self, calendar: Calendar) -> datetime | None:
        """The instant at which the limit ends; None while it is stopped and had time left."""
        measure = measure_of(self.unit)
        return self._end(calendar, self.reached(calendar, self.budget * measure.ticks))

    def consumed(self, now: datetime, calendar: Calendar) -> Fraction:
        """Units used up to `now`; more than the budget once it is overdue."""
        measure = measure_of(self.unit)
        ticks, limit = self.ran(calendar, now), self.budget * measure.ticks
        if ticks > limit:
            due = self.due_date(calendar)
            late = 0 if due is None or now < due else ticks - self.ran(calendar, due)
            ticks = limit + late
        return Fraction(ticks, measure.ticks)

    def remaining(self, now: datetime, calendar: Calendar) -> Fraction:
        """Units left at `now`; negative once it is overdue. Budget less what is consumed."""
        return self.budget - self.consumed(now, calendar)

    def provisional(self, calendar: Calendar) -> bool:
        """Whether the due date reaches a year whose holidays nobody has published yet."""
        due = self.due_date(calendar)
        first = calendar.local(self.started).date()
        return due is not None and calendar.provisional(first, due.date())

    def ran(self, calendar: Calendar, until: datetime) -> int:
        """Ticks of the unit (see measures) at which the clock ran, up to `until`."""
        measure = measure_of(self.unit)
        return sum(
            max(0, measure.passed(calendar, min(until, stretch.end or until)) - before)
            for stretch, before in self._running(calendar, measure)
        )

    def reached(self, calendar: Calendar, ticks: int) -> datetime | None:
        """The instant of the `ticks`-th tick (1 or more) at which the clock ran, if it is known."""
        measure = measure_of(self.unit)
        for stretch, before in self._running(calendar, measure):
            after = math.inf if stretch.end is None else measure.passed(calendar, stretch.end)
            if before + ticks <= after:
                return measure.at(calendar, before + ticks)
            ticks -= max(0, int(after) - before)
        return None

    def _running(self, calendar: Calendar, measure: Measure) -> list[tuple[Stretch, int]]:
        """Each stretch with the tick after which it counts."""
        begun = measure.begun(calendar, self.started)
        return [
            (stretch, max(begun, measure.passed(calendar, stretch.begin)))
            for stretch in self.stretches
        ]

    def _end(self, calendar: Calendar, spent: datetime | None) -> datetime | None:
        """The first instant at which a limit that is spent may end while the clock runs."""
        if spent is None:
            return None
        for stretch in self.stretches:
            after = max(spent, stretch.begin + datetime.resolution)
            end = measure_of(self.unit).end(calendar, after)
            if stretch.end is None or end <= stretch.end:
                return end
        return None


def _check_order(stretches: tuple[Stretch, ...]) -> None:
    if not stretches:
        raise _impossible("stretches", "a clock runs at least once; give its first stretch")
    edges = [
        _aware("stretches", edge)
        for stretch in stretches
        for edge in (stretch.begin, stretch.end)
        if edge is not None
    ]
    open_early = any(stretch.end is None for stretch in stretches[:-1])
    if open_early or edges != sorted(edges):
        raise _impossible("stretches", "must follow each other, and only the last may still run")


def _aware(field: str, at: datetime) -> datetime:
    if at.utcoffset() is None:
        raise _impossible(field, f"{at.isoformat()} has no zone; give an aware one")
    return at


def _impossible(field: str, problem: str) -> Invalid:
    return Invalid(Fault(field, problem))
