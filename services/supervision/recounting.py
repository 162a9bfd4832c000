"""Due dates that reach a year whose holidays were not known, counted anew once they are."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from services.supervision import store
from services.supervision.clocks import Clock
from services.supervision.domain import Rules
from services.supervision.trace import append
from shared.delivery.work import Work

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
    """The id of the last clock looked at (empty when that were all), and how many moved."""
    some, heads = store.provisional(work.transaction, after=after, limit=limit)
    counted = [(old, old.recount(work.now, rules.calendar)) for old in some]
    moved = [(old, new) for old, new in counted if old.due_at != new.due_at]
    entries = []
    for old, new in moved:
        heads[new.case], entry = append(
            heads[new.case],
            case=new.case,
            source="supervision",
            type=TYPE,
            at=work.now,
            message=_told(old, new, rules),
        )
        entries.append(entry)
    store.save_clocks(work.transaction, (new for old, new in counted if old != new))
    store.save_heads(work.transaction, heads)
    store.save_trace(work.transaction, entries)
    return some[-1].id if len(some) == limit else "", len(moved)


def _told(old: Clock, new: Clock, rules: Rules) -> Recounted:
    local = rules.calendar.local
    return Recounted(
        clock=new.id,
        department=new.department,
        due_before=local(old.due_at) if old.due_at else None,
        due_after=local(new.due_at) if new.due_at else None,
    )
