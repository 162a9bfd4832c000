"""What the limits of an item would have meant for the cases of an event log.

Pure: business time is what the log says, and ends with its last stamp. A case runs from its
beginning to its end, and a limit is missed by a case that ended after it, or was still open when it
passed. An activity is taken to have begun with its own `start` event where the log has one, and
otherwise with whatever came before it in the case; so the times of a case that did one thing after
the other add up to its whole. Times are hours of business. A log knows no suspensions: they count.
"""

import math
import statistics
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.routing.plan import Item
from services.supervision import xes
from shared.errors import Fault, Invalid
from shared.messages import Limit
from shared.worktime import Calendar, consumed, due

NAME, STAMP = "concept:name", "time:timestamp"
INSTANCE, TRANSITION = "concept:instance", "lifecycle:transition"
AFTERWARDS = "(after the last activity)"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How a log is to be read: which attributes of a case say when it began and ended, and which
    activities are which tasks of the item."""

    tasks: Mapping[str, str] = field(default_factory=dict)
    start: str = "startdate"
    end: str = "enddate"


@dataclass(frozen=True, kw_only=True)
class Share:
    """The time that one activity took, in hours of business; `p90` by nearest rank."""

    activity: str
    task: str
    times: int
    hours: float
    share: float
    median: float
    p90: float


@dataclass(kw_only=True)
class Verdict:
    """A limit over the log: how often it ran, was missed, and was missed by what is still open."""

    of: str
    limit: Limit
    ran: int = 0
    missed: int = 0
    open_missed: int = 0


@dataclass(frozen=True, kw_only=True)
class Hindsight:
    """All that came of a log."""

    cases: int
    ended: int
    until: datetime | None
    limits: tuple[Verdict, ...]
    tasks: tuple[Verdict, ...]
    shares: tuple[Share, ...]
    unused: tuple[str, ...]
    """Tasks with a limit that no activity of the log was."""


@dataclass(frozen=True, kw_only=True)
class _Done:
    activity: str
    begun: datetime
    ended: datetime


@dataclass(frozen=True, kw_only=True)
class _Past:
    began: datetime
    ended: datetime | None
    last: datetime
    done: tuple[_Done, ...]


def tasks_of(item: Item, given: Mapping[str, str]) -> dict[str, str]:
    """Which activity is which task: by the task's key or title, and before that as `given` says.

    Raises Invalid for a task that the item has not.
    """
    faults = [
        Fault(f"activities.{activity}", f"{key!r} is no task of {item.key}")
        for activity, key in given.items()
        if key not in item.task
    ]
    if faults:
        raise Invalid(*faults)
    named = {name: it.key for it in item.tasks for name in (it.key, it.title.zh, it.title.en)}
    return {**named, **given}


def hindsight(
    item: Item, traces: Iterable[xes.Trace], reading: Reading, calendar: Calendar
) -> Hindsight:
    """Run the item's limits over a log. Raises Invalid for a case whose dates cannot be read."""
    pasts = [_past(trace, reading, calendar.zone) for trace in traces]
    until = max((past.last for past in pasts), default=None)
    times = _times(pasts, calendar)
    return Hindsight(
        cases=len(pasts),
        ended=sum(past.ended is not None for past in pasts),
        until=until,
        limits=tuple(_of_case(item, pasts, until, calendar)),
        tasks=tuple(_of_tasks(item, pasts, reading, calendar)),
        shares=tuple(_shares(times, reading)),
        unused=_unused(item, times, reading),
    )


def _of_case(
    item: Item, pasts: list[_Past], until: datetime | None, calendar: Calendar
) -> Iterator[Verdict]:
    for name, limit in (("statutory", item.statutory), ("promised", item.promised)):
        if limit is None:
            continue
        verdict = Verdict(of=name, limit=limit)
        for past in pasts:
            last = due(past.began, limit.amount, limit.unit, calendar)
            verdict.ran += 1
            verdict.missed += past.ended is not None and past.ended > last
            verdict.open_missed += past.ended is None and until is not None and until > last
        yield verdict


def _of_tasks(
    item: Item, pasts: list[_Past], reading: Reading, calendar: Calendar
) -> Iterator[Verdict]:
    verdicts = {it.key: Verdict(of=it.key, limit=it.handling) for it in item.tasks if it.handling}
    for done in (one for past in pasts for one in past.done):
        verdict = verdicts.get(reading.tasks.get(done.activity, ""))
        if verdict:
            limit = verdict.limit
            verdict.ran += 1
            verdict.missed += done.ended > due(done.begun, limit.amount, limit.unit, calendar)
    return iter(verdict for verdict in verdicts.values() if verdict.ran)


def _unused(item: Item, times: Mapping[str, Any], reading: Reading) -> tuple[str, ...]:
    met = {reading.tasks.get(activity) for activity in times}
    return tuple(it.key for it in item.tasks if it.handling and it.key not in met)


def _times(pasts: Iterable[_Past], calendar: Calendar) -> dict[str, list[float]]:
    """The hours of each time that an activity was done, and those after the last one."""
    times: dict[str, list[float]] = {}
    for past in pasts:
        for done in past.done:
            hours = consumed(done.begun, done.ended, "working_hours", calendar)
            times.setdefault(done.activity, []).append(float(hours))
        last = max((done.ended for done in past.done), default=past.began)
        if past.ended and past.ended > last:
            hours = consumed(last, past.ended, "working_hours", calendar)
            times.setdefault(AFTERWARDS, []).append(float(hours))
    return times


def _shares(times: Mapping[str, list[float]], reading: Reading) -> list[Share]:
    whole = sum(map(sum, times.values())) or 1.0
    shares = [
        Share(
            activity=activity,
            task=reading.tasks.get(activity, ""),
            times=len(hours),
            hours=sum(hours),
            share=sum(hours) / whole,
            median=statistics.median(hours),
            p90=sorted(hours)[math.ceil(0.9 * len(hours)) - 1],
        )
        for activity, hours in times.items()
    ]
    return sorted(shares, key=lambda it: (-it.hours, it.activity))


def _past(trace: xes.Trace, reading: Reading, zone: ZoneInfo) -> _Past:
    name = trace.attributes.get(NAME, "-")

    def moment(attributes: Mapping[str, str], key: str) -> datetime | None:
        if key not in attributes:
            return None
        try:
            return xes.moment(attributes[key], zone)
        except ValueError:
            problem = f"{attributes[key]!r} is not a date (case {name})"
            raise Invalid(Fault(key, problem)) from None

    events = [(at, one) for one in trace.events if (at := moment(one, STAMP))]
    events.sort(key=lambda it: it[0])
    began = moment(trace.attributes, reading.start) or (events[0][0] if events else None)
    if began is None:
        problem = f"is missing, and no event has a time (case {name})"
        raise Invalid(Fault(reading.start, problem))
    ended = moment(trace.attributes, reading.end)
    stamps = [began, *(at for at, _ in events), *([ended] if ended else [])]
    done = tuple(_done(events, began))
    return _Past(began=began, ended=ended, last=max(stamps), done=done)


def _done(events: list[tuple[datetime, dict[str, str]]], began: datetime) -> Iterator[_Done]:
    started: dict[tuple[str, str], datetime] = {}
    before = began
    for at, event in events:
        activity = event.get(NAME, "-")
        which = activity, event.get(INSTANCE, "")
        transition = event.get(TRANSITION, "complete").lower()
        if transition == "start":
            started[which] = at
        elif transition == "complete":
            yield _Done(activity=activity, begun=min(started.pop(which, before), at), ended=at)
            before = max(before, at)
