"""How much time a task has left, by the rules that supervision's clocks go by (shared/worktime).

    acceptance   from the assignment until the department takes the task up
    handling     from the assignment until it is answered; it stops while the task is returned or
                 suspended, and once more time may be granted for it

A task that waits stops its own clocks and those of its case, not those of other tasks. So all that
is needed is in the task: when it was assigned, its limits, and when it stood still. The official
moments are routing's; the desk's own lie a moment earlier. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from shared.messages import Limit
from shared.messages.codec import to_plain
from shared.worktime import Calendar, Ledger

Kind = Literal["acceptance", "handling"]


@dataclass(frozen=True, kw_only=True)
class Stop:
    """Time stood still from `at` to `until`, or still does."""

    at: datetime
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Clocks:
    """The limits of a task, when it stood still, and the time that was granted beyond the limit.

    `region` says whose calendar counts.
    """

    region: str = ""
    started: datetime | None = None
    acceptance: Limit | None = None
    handling: Limit | None = None
    stops: tuple[Stop, ...] = ()
    extended: Limit | None = None

    def stop(self, at: datetime) -> "Clocks":
        """Time stands still from `at` on, unless it does already."""
        if self.stops and self.stops[-1].until is None:
            return self
        return replace(self, stops=(*self.stops, Stop(at=at)))

    def run(self, at: datetime) -> "Clocks":
        """Time counts again, unless it does already."""
        if not self.stops or self.stops[-1].until is not None:
            return self
        last = replace(self.stops[-1], until=max(at, self.stops[-1].at))
        return replace(self, stops=(*self.stops[:-1], last))

    def extend(self, more: Limit) -> "Clocks":
        """More time, where it is counted in the same unit; once."""
        if self.handling is None or self.handling.unit != more.unit:
            return self
        return replace(self, extended=more)

    def ledger(self, kind: Kind) -> Ledger | None:
        """What a clock may use and when it ran; None where the item sets no limit."""
        limit = self.acceptance if kind == "acceptance" else self.handling
        if limit is None or self.started is None:
            return None
        ledger = Ledger.starting(self.started, limit.amount, limit.unit)
        for stop in self.stops:
            ledger = ledger.suspend(max(stop.at, ledger.stretches[-1].begin))
            if stop.until is not None:
                ledger = ledger.resume(stop.until)
        if self.extended and kind == "handling":
            ledger = ledger.extend(self.extended.amount, self.extended.source)
        return ledger


@dataclass(frozen=True, kw_only=True)
class TimeLeft:
    """What a clock says at a moment. `due_at` is None while it stands still."""

    kind: Kind
    unit: str
    budget: int
    left: float
    due_at: datetime | None
    provisional: bool
    source: str

    @property
    def stopped(self) -> bool:
        return self.due_at is None


def time_left(
    clocks: Clocks, *, taken_up: bool, now: datetime, calendar: Calendar
) -> TimeLeft | None:
    """The clock that counts now: acceptance until the task is taken up, then handling.

    Where the item sets no limit for acceptance, that of handling counts from the beginning.
    """
    kinds: tuple[Kind, ...] = ("handling",) if taken_up else ("acceptance", "handling")
    for kind in kinds:
        ledger = clocks.ledger(kind)
        if ledger is not None:
            return _left(kind, clocks, ledger, now, calendar)
    return None


def _left(kind: Kind, clocks: Clocks, ledger: Ledger, now: datetime, days: Calendar) -> TimeLeft:
    due = ledger.due_date(days)
    limit = clocks.acceptance if kind == "acceptance" else clocks.handling
    return TimeLeft(
        kind=kind,
        unit=ledger.unit,
        budget=ledger.budget,
        left=float(ledger.remaining(now, days)),
        due_at=None if due is None else days.local(due),
        provisional=ledger.provisional(days),
        source=limit.source if limit else "",
    )


def plain_of(clocks: Clocks) -> dict[str, Any]:
    """Clocks as JSON values."""
    return {
        "region": clocks.region,
        "started": clocks.started and clocks.started.isoformat(),
        "acceptance": clocks.acceptance and to_plain(clocks.acceptance),
        "handling": clocks.handling and to_plain(clocks.handling),
        "stops": [
            [stop.at.isoformat(), stop.until and stop.until.isoformat()] for stop in clocks.stops
        ],
        "extended": clocks.extended and to_plain(clocks.extended),
    }


def clocks_of(plain: Mapping[str, Any]) -> Clocks:
    """The reverse of `plain_of`."""
    return Clocks(
        region=plain.get("region", ""),
        started=_moment(plain.get("started")),
        acceptance=_limit(plain.get("acceptance")),
        handling=_limit(plain.get("handling")),
        stops=tuple(
            Stop(at=datetime.fromisoformat(at), until=_moment(until))
            for at, until in plain.get("stops", ())
        ),
        extended=_limit(plain.get("extended")),
    )


def _limit(plain: Mapping[str, Any] | None) -> Limit | None:
    return Limit(**plain) if plain else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
