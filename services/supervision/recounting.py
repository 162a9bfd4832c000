"""Due dates counted anew where a calendar has changed: a year was published, a day declared off.

Which versions all clocks were counted by is kept. A process that starts, or learns of a version
while it runs, counts what the others touch, and notes them when it is through; one that dies in the
midst of it leaves that to the next. Counting twice changes nothing. Each due date that moved stands
in the trace of its case with its reason, and each department is told of its own.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import groupby

from services.supervision import alerts, store
from services.supervision.clocks import Clock
from services.supervision.domain import Case, Rules, recounted
from services.supervision.handlers import raise_alerts
from services.supervision.moves import TYPE, Recounted
from services.supervision.others import called
from services.supervision.recipients import Recipient
from services.supervision.trace import Entry, append, canonical
from shared.delivery.work import Work
from shared.messages import AlertRaised
from shared.values import with_changed
from shared.worktime import Calendars, Version
from shared.worktime.changes import differences
from shared.worktime.regions import area_of, lineage

OpenWork = Callable[[], AbstractContextManager[Work]]


def recount(
    open_work: OpenWork,
    rules: Rules,
    *,
    before: Calendars | None = None,
    channels: Sequence[str] = (),
    limit: int = 500,
) -> int:
    """Count by the calendars of now; how many due dates moved.

    Looks at the cases with a provisional due date, and at all of the regions whose calendars have
    changed: since they were as `before`, or else since all clocks were counted.
    """
    calendars = rules.calendars or Calendars()
    before = before or _counted_by(open_work, calendars)
    changed = _differing(calendars.versions, before.versions)
    turn = _Turn(rules=rules, before=before, changed=changed, channels=channels)
    moved = turn.all(open_work, store.provisional, limit)
    if changed:
        areas = sorted({area_of(version.region) for version in changed})
        moved += turn.all(open_work, partial(store.open_in, areas=areas), limit)
        with open_work() as work:
            store.note_published(work.transaction, calendars.versions, work.now)
    return moved


def _differing(one: Sequence[Version], other: Sequence[Version]) -> tuple[Version, ...]:
    return (*(it for it in one if it not in other), *(it for it in other if it not in one))


def _counted_by(open_work: OpenWork, calendars: Calendars) -> Calendars:
    with open_work() as work:
        return calendars.with_versions(store.published_versions(work.transaction))


@dataclass(frozen=True, kw_only=True)
class _Turn:
    """One time that clocks are counted anew."""

    rules: Rules
    before: Calendars
    changed: tuple[Version, ...]
    channels: Sequence[str]

    def all(self, open_work: OpenWork, some: Callable[..., list[Case]], limit: int) -> int:
        """Count all cases that `some` finds, batch after batch; how many due dates moved."""
        moved, after = 0, ""
        while True:
            with open_work() as work:
                cases = some(work.transaction, after=after, limit=limit)
                moved += self._count(work, cases)
            if len(cases) < limit:
                return moved
            after = cases[-1].code

    def _count(self, work: Work, cases: Iterable[Case]) -> int:
        kept: list[Case] = []
        entries: list[Entry] = []
        moved: list[Recounted] = []
        for before in cases:
            case, clocks = recounted(before, work.now, self.rules)
            for old, new in clocks:
                told = self._told(case.region, old, new)
                head, entry = append(
                    case.head,
                    case=case.code,
                    source="supervision",
                    type=TYPE,
                    at=work.now,
                    message=told,
                )
                case = with_changed(case, head=head)
                entries.append(entry)
                moved.append(told)
            if case.changed:
                kept.append(case)
        store.save_cases(work.transaction, kept)
        store.save_trace(work.transaction, entries)
        self._raise(work, moved)
        return len(moved)

    def _raise(self, work: Work, moved: list[Recounted]) -> None:
        raised, recipients = list[AlertRaised](), dict[str, Sequence[Recipient]]()
        for department, some in _by_department(moved):
            plain = alerts.of_recount(department, some, work.now)
            alert, told = called(plain, some[0].region, self.rules, work.now)
            raised.append(alert)
            if told is not None:
                recipients[alert.alert] = told
        bodies = [(alert, canonical(alert)) for alert in raised]
        raise_alerts(work, bodies, self.channels, recipients)

    def _told(self, region: str, old: Clock, new: Clock) -> Recounted:
        local = self.rules.of(region).calendar.local
        told = Recounted(
            clock=new.id,
            department=new.department,
            due_before=local(old.due_at) if old.due_at else None,
            due_after=local(new.due_at) if new.due_at else None,
        )
        dues = [due.date() for due in (told.due_before, told.due_after) if due]
        if not dues:
            return told
        first, last = local(new.limit.started).date(), max(dues)
        cause = self._cause(region, first, last)
        if cause is None:
            return told
        return replace(
            told,
            reason=f"{cause.source}: {self._days(region, first, last)}",
            by=cause.by,
            source=cause.source,
            region=cause.region,
            version=cause.number,
        )

    def _cause(self, region: str, first: date, last: date) -> Version | None:
        """The version last published of the changed ones that say something of these days."""
        here = lineage(region)
        deciding = (it for it in self.changed if it.region in here and it.decides(first, last))
        return max(deciding, key=lambda it: it.published_at, default=None)

    def _days(self, region: str, first: date, last: date) -> str:
        now = self.rules.of(region).calendar
        return ", ".join(map(str, differences(self.before.of(region), now, first, last)))


def _by_department(moved: list[Recounted]) -> list[tuple[str, list[Recounted]]]:
    ordered = sorted(moved, key=lambda it: it.department)
    groups = groupby(ordered, key=lambda it: it.department)
    return [(department, list(some)) for department, some in groups]
