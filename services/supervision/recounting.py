"""Due dates that reach a year whose holidays were not known, counted anew once they are."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from services.supervision import store
from services.supervision.clocks import Clock
from services.supervision.domain import Rules, recounted
from services.supervision.trace import append
from shared.delivery.work import Work
from shared.values import with_changed

OpenWork = Callable[[], AbstractContextManager[Work]]
TYPE = "clock.recounted"


@dataclass(frozen=True, kw_only=True)
class Recounted:
    """What the trace of a case says of a due date that moved with the calendar."""

    clock: str
    department: str
    due_before: datetime | None
    due_after: datetime | None
    reason: str = "the calendar of days off was revised"


def recount(open_work: OpenWork, rules: Rules, *, limit: int = 500) -> int:
    """Count provisional due dates by the calendar of today; how many moved, each into its trace.

    Called at the start of a process, when the calendar is read.
    """
    moved, after = 0, ""
    while True:
        with open_work() as work:
            last, here = _recount_some(work, rules, after, limit)
        moved += here
        if not last:
            return moved
        after = last


def _recount_some(work: Work, rules: Rules, after: str, limit: int) -> tuple[str, int]:
    """The code of the last case looked at (empty when that were all), and how many clocks moved."""
    some = store.provisional(work.transaction, after=after, limit=limit)
    entries, kept, moved_in_all = [], [], 0
    for before in some:
        case, moved = recounted(before, work.now, rules)
        for old, new in moved:
            head, entry = append(
                case.head,
                case=case.code,
                source="supervision",
                type=TYPE,
                at=work.now,
                message=_told(old, new, rules),
            )
            case = with_changed(case, head=head)
            entries.append(entry)
        moved_in_all += len(moved)
        if case.changed:
            kept.append(case)
    store.save_cases(work.transaction, kept)
    store.save_trace(work.transaction, entries)
    return some[-1].code if len(some) == limit else "", moved_in_all


def _told(old: Clock, new: Clock, rules: Rules) -> Recounted:
    local = rules.calendar.local
    return Recounted(
        clock=new.id,
        department=new.department,
        due_before=local(old.due_at) if old.due_at else None,
        due_after=local(new.due_at) if new.due_at else None,
    )
