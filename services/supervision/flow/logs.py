"""The courses of the cases of an event log (IEEE XES), as its events tell them.

An activity is assigned with `schedule` or `assign`, begun with `start` and ended with `complete` or
whatever else ends it (what was skipped is not there). Where the log has only its end, it was
assigned when the one before it ended, and begun and ended at that moment. Between `suspend` and
`resume` its time stands still. `concept:instance` tells
apart what the same case does twice at once. Events without a transition are taken as complete.
What an export of ours tells of the time before acceptance is passed over, as on the pages: a case
begins with its acceptance.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from services.supervision import xes
from services.supervision.exports.as_xes import REVIEW
from services.supervision.flow.courses import CANCELLED, Assignment, Course, Span, course
from shared.errors import Fault, Invalid

NAME, STAMP, GROUP = "concept:name", "time:timestamp", "org:group"
INSTANCE, TRANSITION = "concept:instance", "lifecycle:transition"
ENDS = {
    "complete": "completed",
    "withdraw": CANCELLED,
    "reassign": "transferred",
    "ate_abort": "declined",
    "pi_abort": CANCELLED,
}


@dataclass(kw_only=True)
class _Open:
    department: str
    assigned: datetime | None = None
    began: datetime | None = None
    stops: int = 0
    still: datetime | None = None
    stopped: list[Span] = field(default_factory=list)

    def resume(self, at: datetime) -> None:
        """Time counts again, if it stood still."""
        if self.still and self.still < at:
            self.stopped.append((self.still, at))
        self.still = None


def courses(traces: Iterable[xes.Trace], zone: ZoneInfo) -> Iterator[Course]:
    """The course of each case that has an event that ends something; it is open from its first
    event to its last, or as `startdate` and `enddate` say. Raises Invalid for a date that is none.
    """
    for trace in traces:
        case = trace.attributes.get(NAME, "-")
        opened = _date(trace.attributes, "startdate", case, zone)
        closed = _date(trace.attributes, "enddate", case, zone)
        done = list(_assignments(trace, case, zone, opened))
        if done:
            yield course(
                case,
                opened or min(it.assigned for it in done),
                closed or max(it.ended for it in done),
                done,
            )


def _assignments(
    trace: xes.Trace, case: str, zone: ZoneInfo, opened: datetime | None
) -> Iterator[Assignment]:
    last = opened
    going: dict[tuple[str, str], _Open] = {}
    for event in trace.events:
        at = _date(event, STAMP, case, zone)
        if at is None or event.get(NAME) in (None, REVIEW):
            continue
        key = event[NAME], event.get(INSTANCE, "")
        department, what = event.get(GROUP, ""), event.get(TRANSITION, "complete").lower()
        if what in ENDS:
            one = going.pop(key, None) or _Open(department=department, assigned=last, began=at)
            yield _ended(key, one, at, ENDS[what])
            last = at
            continue
        one = going.setdefault(key, _Open(department=department))
        if what in ("schedule", "assign"):
            one.assigned = one.assigned or at
        elif what == "start":
            one.began = one.began or at
        elif what == "suspend" and one.still is None:
            one.stops, one.still = one.stops + 1, at
        elif what == "resume":
            one.resume(at)


def _ended(key: tuple[str, str], one: _Open, at: datetime, outcome: str) -> Assignment:
    assigned = one.assigned or one.began or at
    one.resume(at)
    return Assignment(
        task=key[0],
        node=key[0],
        department=one.department,
        assigned=assigned,
        began=one.began or assigned,
        ended=at,
        outcome=outcome,
        stops=one.stops,
        stopped=tuple(one.stopped),
    )


def _date(told: dict[str, str], key: str, case: str, zone: ZoneInfo) -> datetime | None:
    if key not in told:
        return None
    try:
        return xes.moment(told[key], zone)
    except ValueError:
        problem = f"{told[key]!r} is not a date (case {case})"
        raise Invalid(Fault(key, problem)) from None
