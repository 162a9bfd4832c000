"""The course of a case: what was assigned to whom, in which order, and what waited for what. Pure.

An assignment **follows** the one that ended last before it was given out, because that end is what
it waited for: the first of a case follows the opening, and the close follows the assignment that
ended last. So everything has one predecessor, tasks that run side by side share theirs, and going
back from the close gives the **longest way** of the case: waiting and handling in turn, which add
up to its whole time. Of ends at the same moment a cancelled one counts last, since nobody waited
for it, then the order in which they are told.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

CANCELLED = "cancelled"
Span = tuple[datetime, datetime]
"""From when to when."""


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """A task in the hands of a department, from its assignment to its end.

    `node` is the task as the map shows it: parts of a task stand under that task. `began` is when
    the department accepted it, or when it was assigned if it was answered without that; `stopped`
    is when the clock stood still, in order of time.
    """

    task: str
    node: str
    department: str
    assigned: datetime
    began: datetime
    ended: datetime
    outcome: str = ""
    returns: int = 0
    stops: int = 0
    stopped: tuple[Span, ...] = ()

    @property
    def handled(self) -> Iterator[Span]:
        """From the acceptance to the end, without the stops: one span more than there are."""
        since = self.began
        for begin, end in self.stopped:
            stop = max(since, min(begin, self.ended))
            yield since, stop
            since = max(stop, min(end, self.ended))
        yield since, self.ended


@dataclass(frozen=True, kw_only=True)
class Course:
    """A case from its opening to its close, with what was assigned, by the time of assignment.

    An assignment may end after the close (a promise that is verified later); it is on no way then.
    """

    case: str
    opened: datetime
    closed: datetime
    assignments: tuple[Assignment, ...]

    @cached_property
    def follows(self) -> tuple[int | None, ...]:
        """For each assignment the place of the one that it follows; None for the opening."""
        return tuple(
            self._last(range(place), it.assigned) for place, it in enumerate(self.assignments)
        )

    @cached_property
    def last(self) -> int | None:
        """The place of the assignment that the close follows; None where there is none."""
        return self._last(range(len(self.assignments)), self.closed)

    @cached_property
    def way(self) -> tuple[int, ...]:
        """The places of the longest way, in order of time."""
        return tuple(reversed([*self._back()]))

    def _back(self) -> Iterator[int]:
        place = self.last
        while place is not None:
            yield place
            place = self.follows[place]

    def _last(self, places: Sequence[int], until: datetime) -> int | None:
        """The place of what ended last among these, up to a moment."""
        ended = (it for it in places if self.assignments[it].ended <= until)
        return max(ended, key=self._rank, default=None)

    def _rank(self, place: int) -> tuple[datetime, bool, int]:
        it = self.assignments[place]
        return it.ended, it.outcome != CANCELLED, place


def course(
    case: str, opened: datetime, closed: datetime, assignments: Sequence[Assignment]
) -> Course:
    """A course whose times are in order: nothing is assigned before the opening, begins before it
    is assigned or ends before it begins."""
    ordered = sorted(
        (_in_order(it, opened) for it in assignments), key=lambda it: (it.assigned, it.ended)
    )
    return Course(case=case, opened=opened, closed=max(opened, closed), assignments=tuple(ordered))


def _in_order(it: Assignment, opened: datetime) -> Assignment:
    assigned = max(opened, it.assigned)
    began = max(assigned, it.began)
    if (assigned, began) == (it.assigned, it.began) and began <= it.ended:
        return it
    return Assignment(
        task=it.task,
        node=it.node,
        department=it.department,
        assigned=assigned,
        began=began,
        ended=max(began, it.ended),
        outcome=it.outcome,
        returns=it.returns,
        stops=it.stops,
        stopped=it.stopped,
    )
