"""Cases of an event log through supervision's own clocks and ladder, at their original times.

Pure: business time is what the log says, and runs until its last stamp. The due date is the one
that the log gives; nothing in it is counted anew. Weekends are off, and holidays are not known, so
the moments of rungs beside a due date are provisional.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from services.supervision import xes
from services.supervision.clocks import Clock
from services.supervision.ladder import Rung
from services.supervision.limits import Given
from shared.errors import Fault, Invalid
from shared.lights import Ladder
from shared.messages.parts import Text
from shared.worktime import Calendar, Seed

NAME, STAMP, DEPARTMENT = "concept:name", "time:timestamp", "department"


@dataclass(frozen=True, kw_only=True)
class Attributes:
    """Which attributes of a log's cases say when they began, ended and were due."""

    start: str = "startdate"
    end: str = "enddate"
    deadline: str = "deadline"


@dataclass(frozen=True, kw_only=True)
class Past:
    """A case as the log tells it. `last` is its latest stamp; no `ended`: it was still open."""

    name: str
    department: str
    started: datetime
    ended: datetime | None
    deadline: datetime | None
    last: datetime


@dataclass(frozen=True, kw_only=True)
class Alert:
    """An alert that would have been raised, and when. `ended` is the end of its case, None where
    it was still open."""

    at: datetime
    rung: str
    case: str
    department: str
    due_at: datetime
    ended: datetime | None = None


@dataclass(kw_only=True)
class Replay:
    """What came of a log. `late` ended after their deadline, `overdue` are open and past it."""

    cases: int = 0
    ended: int = 0
    late: int = 0
    overdue: int = 0
    without_deadline: int = 0
    until: datetime | None = None
    alerts: list[Alert] = field(default_factory=list)

    @property
    def open(self) -> int:
        return self.cases - self.ended


def calendar_of(zone: ZoneInfo) -> Calendar:
    """Weekends off, no holidays: all of it provisional."""
    return Calendar(seed=Seed(days={}, published={}), zone=zone)


def replay(
    traces: Iterable[xes.Trace],
    *,
    ladder: Callable[[str], Ladder],
    calendar: Calendar,
    attributes: Attributes | None = None,
) -> Replay:
    """Run the cases of a log; `ladder` is that of a department. Raises Invalid for a case whose
    dates cannot be read."""
    done, open_clocks = Replay(), []
    for trace in traces:
        past = _past(trace, attributes or Attributes(), calendar.zone)
        _count(done, past)
        clock = _clock(past, ladder(past.department), calendar)
        if clock and past.ended:
            done.alerts += _fired(clock.end(past.ended), past.ended)
        elif clock:
            open_clocks.append(clock)
    for clock in open_clocks:  # business time stops with the log's last stamp
        assert done.until is not None, "an open clock has a case, and a case a stamp"
        done.overdue += clock.due_at is not None and clock.due_at < done.until
        done.alerts += _fired(clock, done.until)
    done.alerts.sort(key=lambda alert: (alert.at, alert.case))
    return done


def _count(done: Replay, past: Past) -> None:
    done.cases += 1
    done.ended += past.ended is not None
    done.late += past.ended is not None and past.deadline is not None and past.ended > past.deadline
    done.without_deadline += past.deadline is None
    done.until = max(done.until or past.last, past.last)


def _clock(past: Past, ladder: Ladder, calendar: Calendar) -> Clock | None:
    if past.deadline is None:
        return None
    clock = Clock(
        case=past.name,
        kind="promised",
        department=past.department,
        title=Text(zh=past.name, en=past.name),
        limit=Given(started=past.started, due=past.deadline),
    )
    return clock.begun(ladder, calendar)


def _fired(clock: Clock, until: datetime) -> Iterator[Alert]:
    _after, rungs = clock.fire(until)
    return (_alert(clock, rung) for rung in rungs)


def _alert(clock: Clock, rung: Rung) -> Alert:
    assert rung.moment is not None and clock.due_at is not None, "a given date has all moments"
    return Alert(
        at=rung.moment,
        rung=rung.name,
        case=clock.case,
        department=clock.department,
        due_at=clock.due_at,
        ended=clock.ended_at,
    )


def _past(trace: xes.Trace, attributes: Attributes, zone: ZoneInfo) -> Past:
    told = _Told(trace, zone)
    stamps = [told.stamp(event) for event in trace.events if STAMP in event]
    started = told.date(attributes.start) or min(stamps, default=None)
    ended = told.date(attributes.end)
    if started is None:
        raise told.wrong(attributes.start, "is missing, and no event has a time")
    return Past(
        name=told.name,
        department=trace.attributes.get(DEPARTMENT, "-"),
        started=started,
        ended=ended,
        deadline=told.date(attributes.deadline),
        last=max([started, *stamps, *([ended] if ended else [])]),
    )


class _Told:
    """The dates of one case of the log."""

    def __init__(self, trace: xes.Trace, zone: ZoneInfo) -> None:
        self.name = trace.attributes.get(NAME, "-")
        self._attributes = trace.attributes
        self._zone = zone

    def date(self, key: str) -> datetime | None:
        return self._moment(key, self._attributes[key]) if key in self._attributes else None

    def stamp(self, event: dict[str, str]) -> datetime:
        return self._moment(STAMP, event[STAMP])

    def wrong(self, key: str, problem: str) -> Invalid:
        return Invalid(Fault(key, f"{problem} (case {self.name})"))

    def _moment(self, key: str, text: str) -> datetime:
        try:
            return xes.moment(text, self._zone)
        except ValueError:
            raise self.wrong(key, f"{text!r} is not a date") from None
