"""What intake says of an application before it is accepted: for items of which a clerk looks at the
papers first.

Each message says how far the review is as a whole, so that a reader may have them in any order: the
clocks follow from the latest one, and an earlier one that comes late adds nothing to it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from marshmallow.validate import Length

from shared.messages.orders import Name
from shared.messages.parts import CaseCode, Key, Limit, Line, Paragraph, Text
from shared.messages.registry import message

Ending = Literal["", "accepted", "deemed", "refused", "withdrawn"]
"""How a review ended: accepted by a clerk or by silence, not accepted (不予受理), taken back by the
applicant; empty while it goes on."""


@dataclass(frozen=True, kw_only=True)
class Review:
    """How far the review of an application is: all on which its clocks rest.

    `limit` is the time for the correction notice. `corrected_at` are the moments at which the
    applicant corrected something after the notice, `accepted_at` the one from which the clocks of
    the case run (Administrative Licensing Law, article 32).
    """

    item: Key
    item_version: int
    region: Line
    title: Text
    lead: Key
    limit: Limit
    received_at: datetime
    notified_at: datetime | None = None
    corrected_at: tuple[datetime, ...] = ()
    ended_at: datetime | None = None
    ending: Ending = ""
    accepted_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ToCorrect:
    """One thing that is missing or wrong: a form field or a material, what is the matter with it,
    and how it is put right."""

    subject: Line
    problem: Annotated[str, Length(min=1, max=8_000)]
    remedy: Paragraph = ""


@message("case.received", exchange="reviews", sent_by={"intake"})
@dataclass(frozen=True, kw_only=True)
class CaseReceived:
    """An application was received; a clerk looks at it before it is accepted."""

    case: CaseCode
    at: datetime
    review: Review


@message("correction.notified", exchange="reviews", sent_by={"intake"})
@dataclass(frozen=True, kw_only=True)
class CorrectionNotified:
    """The applicant was told everything that must be corrected, once."""

    case: CaseCode
    at: datetime
    review: Review
    by: Name
    missing: Annotated[tuple[ToCorrect, ...], Length(min=1)]


@message("correction.received", exchange="reviews", sent_by={"intake"})
@dataclass(frozen=True, kw_only=True)
class CorrectionReceived:
    """The applicant corrected the application: which form fields and materials."""

    case: CaseCode
    at: datetime
    review: Review
    fields: tuple[Line, ...] = ()
    materials: tuple[Key, ...] = ()


@message("review.ended", exchange="reviews", sent_by={"intake"})
@dataclass(frozen=True, kw_only=True)
class ReviewEnded:
    """The review is over; `by` and `reasons` are empty where silence or the applicant ended it."""

    case: CaseCode
    at: datetime
    review: Review
    by: Line = ""
    reasons: tuple[Paragraph, ...] = ()
