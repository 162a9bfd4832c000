"""What a clerk, an applicant and the time do to an application before it is accepted: load, decide,
save, send. The rules stand in `review`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from services.intake import domain, review, reviews, store
from services.intake.domain import Case, Office
from services.intake.review import BEFORE, Reviewed, ReviewOver
from shared.delivery.work import Work
from shared.errors import Fault, NotFound
from shared.messages import (
    CaseAccepted,
    CaseReceived,
    CorrectionNotified,
    CorrectionReceived,
    ItemPublished,
    Review,
    ReviewEnded,
    ToCorrect,
)
from shared.messages.reader import load

Said = Mapping[str, Any]
PARTIES = ("applicant", "agent")
"""What a correction notice may name beside the fields and materials of the item."""


def begin(work: Work, handed: Sequence[tuple[CaseAccepted, ItemPublished]], office: Office) -> None:
    """Begin to review what was handed in: each as it would be accepted, and its item."""
    begun = [review.received(it.case, _said(it, item), office.of(it.region)) for it, item in handed]
    reviews.add(work.transaction, begun)
    work.send(*(CaseReceived(case=it.case, at=work.now, review=it.said) for it in begun))


def _said(sent: CaseAccepted, item: ItemPublished) -> Review:
    assert item.review is not None, "an item without a review accepts at once"
    return Review(
        item=sent.item,
        item_version=sent.item_version,
        region=sent.region,
        title=item.title,
        lead=item.lead,
        limit=item.review,
        received_at=sent.received_at,
    )


def notify(work: Work, code: str, said: Said) -> None:
    """Tell the applicant all that must be corrected; `said` has by, and missing: a list of subject,
    problem and remedy. Raises NotFound, ReviewOver, NoticeGiven, Invalid."""
    it = _under_review(work, code)
    item = store.item_of(work.transaction, it.said.item, it.said.item_version)
    known = [*(it.name for it in item.form), *(it.name for it in item.materials), *PARTIES]
    missing = [ToCorrect(**one) for one in said["missing"]]
    after = review.notified(it, missing, said["by"], known, work.now)
    reviews.keep(work.transaction, [after])
    work.send(
        CorrectionNotified(
            case=code, at=work.now, review=after.said, by=after.by, missing=after.missing
        )
    )


def accept(work: Work, code: str, said: Said) -> None:
    """Accept an application; `said` has by. Raises NotFound, ReviewOver, Invalid."""
    _keep_ended(work, review.accepted(_under_review(work, code), said["by"], work.now))


def refuse(work: Work, code: str, said: Said) -> None:
    """Refuse to accept an application; `said` has by, and reasons. Raises NotFound, ReviewOver,
    Invalid."""
    it = _under_review(work, code)
    _keep_ended(work, review.refused(it, said["reasons"], said["by"], work.now))


def correct(work: Work, case: Case, body: Said, faults: Sequence[Fault], *, office: Office) -> bool:
    """Take in what the applicant corrects before acceptance; False where the case is accepted.

    Raises CaseClosed, or Invalid with every fault.
    """
    it = _open(work, case, office)
    if it is None:
        return False
    tx = work.transaction
    kept, item = (
        store.application_of(tx, case.code),
        store.item_of(tx, case.item, case.item_version),
    )
    stored = store.stored_for(tx, body)
    application = domain.corrected(kept["application"], body, faults, item=item, stored=stored)
    after = review.corrected(it, work.now, office.of(it.said.region))
    store.keep_application(tx, case.code, application)
    reviews.keep(tx, [after])
    work.send(
        CorrectionReceived(
            case=case.code,
            at=work.now,
            review=after.said,
            fields=tuple(body.get("form", {})),
            materials=tuple(one["name"] for one in body.get("materials", ())),
        )
    )
    return True


def withdraw(work: Work, case: Case, *, office: Office) -> bool:
    """Take an application back before it is accepted; False where it is accepted. Raises
    CaseClosed."""
    it = _open(work, case, office)
    if it is not None:
        _keep_ended(work, review.withdrawn(it, work.now))
    return it is not None


def accept_silence(work: Work, *, office: Office, limit: int = 200) -> int:
    """Accept, dated back, what nobody looked at in time; how many applications were looked at."""
    late = reviews.due(work.transaction, work.now, limit)
    _look(work, late, office)
    return len(late)


def recount(work: Work, *, office: Office, after: str = "", limit: int = 200) -> str:
    """Count by a calendar that has changed, from the code `after` on; the last code, empty after
    the last of all."""
    some = reviews.running(work.transaction, after=after, limit=limit)
    _look(work, some, office)
    return some[-1].case if len(some) == limit else ""


def _look(work: Work, some: Sequence[Reviewed], office: Office) -> None:
    for before in some:
        after = _looked_at(before, work.now, office)
        if after.said.ending:
            _keep_ended(work, after)
        elif after != before:
            reviews.keep(work.transaction, [after])


def _looked_at(it: Reviewed, now: datetime, office: Office) -> Reviewed:
    return review.looked_at(it, now, office.of(it.said.region))


def _open(work: Work, case: Case, office: Office) -> Reviewed | None:
    """The review of a case, locked, if it goes on; what nobody looked at in time is accepted."""
    if case.review not in BEFORE:
        return None
    it = reviews.of(work.transaction, case.code, to_change=True)
    assert it is not None, "a case that says the state of its review has one"
    domain.check_open(replace(case, state=it.state))
    after = _looked_at(it, work.now, office)
    if after.state in BEFORE:
        return after
    if after != it:
        _keep_ended(work, after)
    return None


def _under_review(work: Work, code: str) -> Reviewed:
    it = reviews.of(work.transaction, code, to_change=True)
    if it is not None:
        return it
    if store.case_of(work.transaction, code) is None:
        raise NotFound(f"there is no case {code}")
    raise ReviewOver(f"case {code} was accepted when it was handed in; its item wants no review")


def _keep_ended(work: Work, it: Reviewed) -> None:
    """Keep a review that is over; what is accepted goes to routing."""
    reviews.keep(work.transaction, [it])
    work.send(ReviewEnded(case=it.case, at=work.now, review=it.said, by=it.by, reasons=it.reasons))
    if it.said.accepted_at is not None:
        work.send(_accepted(store.application_of(work.transaction, it.case), it.said))


def _accepted(kept: Said, said: Review) -> CaseAccepted:
    assert said.accepted_at is not None
    sent: CaseAccepted = load(
        CaseAccepted,
        {
            **kept["application"],
            "case": kept["code"],
            "item": kept["item"],
            "item_version": kept["item_version"],
            "received_at": said.received_at.isoformat(),
            "accepted_at": said.accepted_at.isoformat(),
        },
    )
    return sent
