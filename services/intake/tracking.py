"""What an applicant may follow: a case's state and its tasks, from the case stream.

Nothing here names a person. The stream is numbered; a repeat is dropped and what comes too early is
held until the gap is filled.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.intake.notices import Notice, notice_of
from shared.messages import CaseProgressed, Change
from shared.messages.ordered import Merged
from shared.messages.progress import (
    Accepted,
    Assigned,
    Cancelled,
    Completed,
    Decided,
    Declined,
    Resumed,
    Returned,
    Revoked,
    Settled,
    Skipped,
    Suspended,
)
from shared.values import made_often, with_changed

TASK_STATES: Mapping[type, str] = {
    Assigned: "assigned",
    Accepted: "accepted",
    Completed: "completed",
    Settled: "completed",
    Returned: "returned",
    Declined: "declined",
    Skipped: "skipped",
    Cancelled: "cancelled",
    Suspended: "suspended",
    Resumed: "accepted",
}
"""What each part of the stream makes of the task that it names."""


@made_often
@dataclass(frozen=True, kw_only=True)
class Step:
    """Where a task stands. `department` is empty where none was asked."""

    state: str
    since: datetime
    department: str = ""


@made_often
@dataclass(frozen=True, kw_only=True)
class Track:
    """How far a case is. `number` is that of the last message that counted; 0 before the first.

    `notices` is what the applicant was told, in order.
    """

    case: str
    number: int = 0
    state: str = "accepted"
    at: datetime | None = None
    outcome: str = ""
    steps: Mapping[str, Step] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()


def follow(
    track: Track, pending: Mapping[int, CaseProgressed]
) -> tuple[Track, Mapping[int, CaseProgressed]]:
    """The track after every message whose turn has come, and those that wait for an earlier one."""
    waiting = {number: sent for number, sent in pending.items() if number > track.number}
    while (following := track.number + 1) in waiting:
        track = _after(track, waiting.pop(following))
    return track, waiting


def _after(track: Track, sent: CaseProgressed) -> Track:
    steps, outcome = dict(track.steps), track.outcome
    for change in sent.changes:
        state = TASK_STATES.get(type(change))
        if state is not None:
            steps[change.task] = _step(change, state, sent.at, steps)  # type: ignore[union-attr]
        if isinstance(change, Decided):
            outcome = change.outcome
        if isinstance(change, Revoked | Merged):
            outcome = "revoked" if isinstance(change, Revoked) else "merged"
    told = [notice for change in sent.changes if (notice := notice_of(change, sent.at))]
    return with_changed(
        track,
        number=sent.number,
        state=sent.state,
        at=sent.at,
        outcome=outcome,
        steps=steps,
        notices=(*track.notices, *told),
    )


def _step(change: Change, state: str, at: datetime, steps: Mapping[str, Step]) -> Step:
    before = steps.get(change.task)  # type: ignore[union-attr]
    if before and before.state == "returned" and isinstance(change, Suspended):
        return before  # the clock stops because of the return, which is what the applicant must see
    department = getattr(change, "department", "") or (before.department if before else "")
    return Step(state=state, since=at, department=department)
