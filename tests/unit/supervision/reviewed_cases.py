"""Three cases of an item of which a clerk looks at the papers first, told late and in disorder."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from shared.messages import (
    CaseReceived,
    CorrectionNotified,
    CorrectionReceived,
    Limit,
    Review,
    ReviewEnded,
    Text,
    ToCorrect,
)
from tests.unit.supervision.steps import assigned, at, opened, step

ITEM, LEAD = "river-stall", "development"
ACCEPTED, REFUSED, WITHDRAWN = (f"330100-2609-000090{it}-11" for it in (1, 2, 3))
SAID = Review(
    item=ITEM,
    item_version=1,
    region="330106",
    title=Text(zh="河道摊位", en="A stall by the river"),
    lead=LEAD,
    limit=Limit(amount=5),
    received_at=at("09-18 10:00"),
)
NOTIFIED = replace(SAID, notified_at=at("09-21 15:00"))
CORRECTED = replace(NOTIFIED, corrected_at=(at("09-23 09:00"),))
WRONG = (
    ToCorrect(subject="site-plan", problem="papers are missing"),
    ToCorrect(subject="area", problem="not ours"),
)


def messages() -> Iterator[Any]:
    """What is said of them, in the order in which supervision hears it."""
    yield _ended(REFUSED, "refused", by="officer of review")
    yield _ended(WITHDRAWN, "withdrawn")
    first = step(1, "09-24 11:00", opened("09-23 09:00"), assigned("a.1"), case=ACCEPTED)
    yield replace(first, item=ITEM)
    yield _ended(ACCEPTED, "accepted", by="officer of review")
    for code in (ACCEPTED, REFUSED, WITHDRAWN):
        yield CorrectionReceived(
            case=code, at=at("09-23 09:00"), review=CORRECTED, materials=("site-plan",)
        )
        yield CorrectionNotified(
            case=code, at=at("09-21 15:00"), review=NOTIFIED, by="officer of review", missing=WRONG
        )
        yield CaseReceived(case=code, at=at("09-18 10:00"), review=SAID)


def _ended(code: str, ending: Any, by: str = "") -> ReviewEnded:
    review = replace(CORRECTED, ending=ending, ended_at=at("09-24 10:00"))
    return ReviewEnded(case=code, at=at("09-24 10:00"), review=review, by=by)
