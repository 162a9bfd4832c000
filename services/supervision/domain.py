"""What supervision knows of a case, and how each step of the case stream changes it. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache, reduce

from services.supervision.beside import Notes, noted
from services.supervision.clocks import CASE_KINDS, TASK_KINDS, Clock, clock_id
from services.supervision.ladder import Rung, with_silence
from services.supervision.limits import Given
from services.supervision.packing import due
from services.supervision.people import NO_PEOPLE, People
from services.supervision.policies import Policy
from services.supervision.trace import Head
from shared.messages.ordered import Extended, Merged, TaskExtended, Transferred
from shared.messages.parts import Deferral, Limit, Silence, Text
from shared.messages.progress import (
    Accepted,
    Assigned,
    Cancelled,
    CaseProgressed,
    Change,
    Completed,
    Decided,
    Declined,
    Opened,
    Resumed,
    Returned,
    Supplemented,
    Suspended,
    Withdrawn,
)
from shared.values import made_often, with_changed
from shared.worktime import NATION, Calendar, Calendars, Ledger


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What clocks go by: the days and hours of business, and the ladders; and the people whom the
    alerts reach.

    `calendar` and `policy` are those of the region in question; `calendars`, where there are any,
    and `policy` know those of the others. `region` is where the office is, for what is of no case.
    """

    calendar: Calendar
    policy: Policy
    calendars: Calendars | None = None
    people: People = NO_PEOPLE
    region: str = NATION

    def calendar_of(self, region: str) -> Calendar:
        """The calendar of a region."""
        return self.calendars.of(region) if self.calendars else self.calendar

    def of(self, region: str) -> "Rules":
        """The rules that hold in a region. Ask those for all regions: a region's own rules know no
        other's."""
        calendar = self.calendar_of(region)
        policy = self.policy.of(region)
        if calendar is self.calendar and policy is self.policy:
            return self
        return replace(self, calendar=calendar, policy=policy)


NO_TITLE = Text(zh="", en="")
EMPTY = Head()


@made_often
@dataclass(frozen=True, kw_only=True)
class Case:
    """A case as the stream has told it so far.

    `number` is that of its last step, `stops` are the assignments that wait, `beside` is what no
    clock tells of those that are open, and `head` is where its trace ends. `clocks` are all clocks
    as they were when the case was loaded, by id, and `changed` those that began or changed since.
    """

    code: str
    item: str = ""
    item_version: int = 0
    region: str = ""
    state: str = ""
    number: int = 0
    title: Text = NO_TITLE
    lead: str = ""
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    stops: frozenset[str] = frozenset()
    beside: Notes = field(default_factory=dict)
    head: Head = EMPTY
    clocks: Mapping[str, Clock] = field(default_factory=dict)
    changed: Mapping[str, Clock] = field(default_factory=dict)

    def running(self, ids: Iterable[str]) -> list[Clock]:
        """Those of the clocks that the case has and that have not ended."""
        known = (self.changed.get(it) or self.clocks.get(it) for it in ids)
        return [clock for clock in known if clock and clock.ended_at is None]


def clocks_of(case: Case) -> Iterator[Clock]:
    """Every clock of a case as it is now."""
    yield from (case.changed.get(it) or clock for it, clock in case.clocks.items())
    yield from (clock for it, clock in case.changed.items() if it not in case.clocks)


def next_at(case: Case) -> datetime | None:
    """The moment of the next rung of any clock of a case."""
    return min((it.next_at for it in clocks_of(case) if it.next_at), default=None)


def fire(case: Case, until: datetime) -> tuple[Case, list[tuple[Clock, Rung]]]:
    """The case after all rungs that its clocks had reached before `until`, and those."""
    coming = due(case.changed, until)
    coming += [it for it in due(case.clocks, until) if it.id not in case.changed]
    fired = [clock.fire(until) for clock in coming]
    reached = [(clock, rung) for clock, rungs in fired for rung in rungs]
    return _with(case, [clock for clock, _rungs in fired]), reached


def recounted(case: Case, at: datetime, rules: Rules) -> tuple[Case, list[tuple[Clock, Clock]]]:
    """The case with its clocks counted anew by the calendar of its region, and each clock whose due
    date moved, before and after."""
    calendar = rules.of(case.region).calendar
    some = [it for it in clocks_of(case) if it.ended_at is None]
    counted = [(old, old.recount(at, calendar)) for old in some]
    moved = [(old, new) for old, new in counted if old.due_at != new.due_at]
    return _with(case, [new for old, new in counted if old != new]), moved


def follow(case: Case, step: CaseProgressed, rules: Rules) -> Case:
    """The case after its next step."""
    rules = rules.of(step.region)
    case = with_changed(
        case,
        item=step.item,
        item_version=step.item_version,
        region=step.region,
        state=step.state,
        number=step.number,
        beside=noted(case.beside, step.changes, step.at),
    )
    return reduce(
        lambda so_far, change: _changed(so_far, change, step.at, rules), step.changes, case
    )


def _changed(known: Case, change: Change, at: datetime, rules: Rules) -> Case:
    after = known
    match change:
        case Opened():
            after = _opened(known, change, at, rules)
        case Assigned():
            after = _assigned(known, change, at, rules)
        case Accepted() | Returned():
            after = _ended(known, at, _ids(known, ("acceptance",), change.assignment))
        case Completed() | Declined() | Cancelled() | Transferred():
            after = _ended(known, at, _ids(known, TASK_KINDS, change.assignment))
            after = _let_go(after, change.assignment, at, rules)
        case Suspended():
            after = _stopped(known, change.assignment, at, rules)
        case Resumed():
            after = _let_go(known, change.assignment, at, rules)
        case Supplemented():
            met = [clock_id(known.code, "deferral", it) for it in change.deferrals_met]
            after = _ended(known, at, met)
        case Extended() | TaskExtended():
            after = _extended(known, change, at, rules)
        case Decided() | Withdrawn() | Merged():
            after = _ended(known, at, [*known.changed.keys() | known.clocks.keys()])
            after = with_changed(after, closed_at=at, stops=frozenset())
    return after


def _opened(case: Case, change: Opened, at: datetime, rules: Rules) -> Case:
    case = with_changed(case, title=change.title, lead=change.lead, opened_at=change.accepted_at)
    base = Clock(
        case=case.code,
        kind="",
        department=case.lead,
        title=change.title,
        limit=Given(started=at, due=at),
    )
    limits = zip(CASE_KINDS, (change.statutory, change.promised), strict=True)
    own = [_counted(base, kind, limit, change.accepted_at) for kind, limit in limits if limit]
    promised = [_promised(base, it, change.accepted_at, rules) for it in change.deferrals]
    return _with(case, [_begun(case, clock, rules) for clock in (*own, *promised)])


def _assigned(case: Case, change: Assigned, at: datetime, rules: Rules) -> Case:
    base = Clock(
        case=case.code,
        kind="",
        subject=change.assignment,
        department=change.department,
        task=change.task,
        title=change.title,
        limit=Given(started=at, due=at),
    )
    limits = zip(TASK_KINDS, (change.acceptance, change.handling), strict=True)
    clocks = [_counted(base, kind, limit, at) for kind, limit in limits if limit]
    return _with(case, [_begun(case, clock, rules, change.silence) for clock in clocks])


def _counted(base: Clock, kind: str, limit: Limit, at: datetime) -> Clock:
    ledger = _starting(at, limit.amount, limit.unit)
    return with_changed(base, kind=kind, limit=ledger, source=limit.source)


_starting = lru_cache(maxsize=4_096)(Ledger.starting)
"""The ledgers of clocks that begin together are one value."""


def _promised(base: Clock, deferral: Deferral, at: datetime, rules: Rules) -> Clock:
    limit = Given.on(deferral.due_on, started=at, calendar=rules.calendar)
    title, subject = deferral.title, deferral.material
    return with_changed(base, kind="deferral", subject=subject, title=title, limit=limit)


def _begun(case: Case, clock: Clock, rules: Rules, silence: Silence = "nothing") -> Clock:
    ladder = rules.policy.ladder(clock.kind, item=case.item, department=clock.department)
    if clock.kind == "handling":
        ladder = with_silence(ladder, silence)
    return clock.begun(ladder, rules.calendar)


def _stopped(case: Case, assignment: str, at: datetime, rules: Rules) -> Case:
    waiting = case.running([*_ids(case, CASE_KINDS), *_ids(case, TASK_KINDS, assignment)])
    stopped = [clock.stop(at, rules.calendar) for clock in waiting]
    return _with(with_changed(case, stops=case.stops | {assignment}), stopped)


def _let_go(case: Case, assignment: str, at: datetime, rules: Rules) -> Case:
    """The task waits no longer: its clocks run again, and the case's with the last such task."""
    if assignment not in case.stops:
        return case
    case = with_changed(case, stops=case.stops - {assignment})
    ids = [*_ids(case, TASK_KINDS, assignment), *(() if case.stops else _ids(case, CASE_KINDS))]
    return _with(case, [clock.resume(at, rules.calendar) for clock in case.running(ids)])


def _extended(case: Case, change: Extended | TaskExtended, at: datetime, rules: Rules) -> Case:
    if isinstance(change, TaskExtended):
        by, ids = change.approved_by, _ids(case, ("handling",), change.assignment)
    else:
        by, ids = change.by, _ids(case, CASE_KINDS)
    more = (change.amount, change.unit, f"{change.legal_basis} ({by}: {change.reason})")
    own = case.running(ids)
    return _with(case, [clock.extend(*more, at, rules.calendar) for clock in own])


def _ended(case: Case, at: datetime, ids: Iterable[str]) -> Case:
    return _with(case, [clock.end(at) for clock in case.running(ids)])


def _ids(case: Case, kinds: Iterable[str], subject: str = "") -> list[str]:
    return [clock_id(case.code, kind, subject) for kind in kinds]


def _with(case: Case, clocks: Iterable[Clock]) -> Case:
    return with_changed(case, changed={**case.changed, **{clock.id: clock for clock in clocks}})
