"""What came before the acceptance of a case, for its timeline: received, looked at, the notice of
what must be corrected, the applicant's corrections, and how the review ended. Pure.

The office's time runs while it looks, and rests while the applicant has the notice in hand
(Administrative Licensing Law, article 32).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.supervision.trace import Entry
from shared.messages import (
    CaseReceived,
    CorrectionNotified,
    CorrectionReceived,
    Review,
    ReviewEnded,
)
from shared.messages.codec import decode
from shared.messages.registry import name_of, type_of

TOLD = (CaseReceived, CorrectionNotified, CorrectionReceived, ReviewEnded)
READ: dict[str, type] = {name_of(it): it for it in TOLD}


@dataclass(frozen=True, kw_only=True)
class Milestone:
    """Something that happened before acceptance. `kind` is `received`, `notified`, `corrected` or
    how the review ended; `by` who did it, `what` the things that it names."""

    kind: str
    at: datetime
    by: str = ""
    what: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Beforehand:
    """The review of a case as far as it is told, and its milestones in order of time."""

    review: Review
    milestones: tuple[Milestone, ...]

    @property
    def state(self) -> str:
        """How it ended, or who has to act: `under_review` the office, `awaiting` the applicant."""
        if self.review.ending:
            return self.review.ending
        waits = self.review.notified_at and not self.review.corrected_at
        return "awaiting" if waits else "under_review"


def beforehand(entries: Iterable[Entry]) -> Beforehand | None:
    """What the trace of a case tells of it; None where its item is accepted without a look.

    Each message says how far the review is as a whole, so the one that is furthest counts, in
    whatever order they came.
    """
    said = [_message(it) for it in entries if it.type in READ]
    if not said:
        return None
    furthest: Review = max((it.review for it in said), key=_progress)
    later = [_milestone(it) for it in said if not isinstance(it, CaseReceived)]
    received = Milestone(kind="received", at=furthest.received_at)
    in_order = sorted(later, key=lambda it: it.at)
    return Beforehand(review=furthest, milestones=(received, *in_order))


def _message(entry: Entry) -> Any:
    return decode(entry.type, type_of(READ[entry.type]).version, entry.body.encode())


def _progress(review: Review) -> tuple[bool, int, bool]:
    return review.ended_at is not None, len(review.corrected_at), review.notified_at is not None


def _milestone(said: Any) -> Milestone:
    if isinstance(said, CorrectionNotified):
        missing = tuple(f"{it.subject}: {it.problem}" for it in said.missing)
        return Milestone(kind="notified", at=said.at, by=said.by, what=missing)
    if isinstance(said, CorrectionReceived):
        return Milestone(kind="corrected", at=said.at, what=(*said.fields, *said.materials))
    return Milestone(kind=said.review.ending, at=said.at, by=said.by, what=said.reasons)
