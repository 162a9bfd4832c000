"""What becomes of an application before it is accepted, where its item wants a clerk to look first.

    received --- correction notice ---> awaiting_correction --- correction ---> received
    received or awaiting_correction --- clerk ---> accepted or refused
    received --- silence for the limit of the item ---> accepted, dated back
    received or awaiting_correction --- applicant ---> withdrawn

Administrative Licensing Law, article 32: all that must be corrected is told at once, within five
days; otherwise the application counts as accepted from the day of its receipt. What the law leaves
open: silence on a correction counts as silence on an application, from the day of the correction.
Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.intake.form import problem_with_text
from shared.errors import Fault, Invalid, OneWindowError
from shared.messages import Limit, Review, ToCorrect
from shared.messages.orders import LONGEST_NAME, LONGEST_REASON
from shared.messages.reviews import Ending
from shared.worktime import Calendar, deemed_acceptance, due

RECEIVED, AWAITING = "received", "awaiting_correction"
BEFORE = (RECEIVED, AWAITING)
"""The states of an application that is not accepted yet."""

ARTICLE = "Administrative Licensing Law, article 32"
MOST_REASONS = 50


class ReviewOver(OneWindowError):
    """The application is accepted, refused or withdrawn already; nothing is left to be reviewed."""


class NotAccepted(OneWindowError):
    """The application is not accepted, so that no department has anything of it."""


class NoticeGiven(OneWindowError):
    """A correction notice was sent already, and there is only one."""


@dataclass(frozen=True, kw_only=True)
class Reviewed:
    """An application under review. `said` is what others are told of it; `due_at` the moment after
    which it counts as accepted, None where nothing runs; `missing` what the notice named."""

    case: str
    said: Review
    due_at: datetime | None
    missing: tuple[ToCorrect, ...] = ()
    by: str = ""
    reasons: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """Where it stands; `accepted` says nothing of how."""
        said = self.said
        if said.ending:
            return "accepted" if said.ending == "deemed" else said.ending
        waits = said.notified_at is not None and not said.corrected_at
        return AWAITING if waits else RECEIVED


def received(case: str, said: Review, calendar: Calendar) -> Reviewed:
    """An application that was just handed in."""
    return Reviewed(case=case, said=said, due_at=_due(said.received_at, said.limit, calendar))


def notified(
    it: Reviewed, missing: Sequence[ToCorrect], by: str, known: Sequence[str], now: datetime
) -> Reviewed:
    """After the one notice of all that must be corrected; `known` are the names of the item's
    fields and materials. Raises NoticeGiven, ReviewOver, or Invalid with every fault."""
    _check_open(it, now)
    if it.said.notified_at is not None:
        raise NoticeGiven(
            f"the correction notice of case {it.case} was sent at "
            f"{it.said.notified_at.isoformat()}, and everything is named in one notice "
            f"({ARTICLE}): accept the application, or refuse it with reasons"
        )
    faults = [*_faults_in(missing, known), *_faults_in_texts(by, ())]
    if faults:
        raise Invalid(*faults)
    said = replace(it.said, notified_at=now)
    return replace(it, said=said, due_at=None, missing=tuple(missing), by=by)


def corrected(it: Reviewed, now: datetime, calendar: Calendar) -> Reviewed:
    """After the applicant corrected something. Before the notice that starts no clock anew."""
    if it.said.notified_at is None:
        return it
    said = replace(it.said, corrected_at=(*it.said.corrected_at, now))
    return replace(it, said=said, due_at=_due(now, said.limit, calendar))


def accepted(it: Reviewed, by: str, now: datetime) -> Reviewed:
    """After a clerk accepted it: from the last correction on, or from now where there was none.

    Raises ReviewOver, Invalid.
    """
    _check_open(it, now)
    _check_texts(by, ())
    since = it.said.corrected_at[-1] if it.said.corrected_at else now
    return _ended(it, "accepted", now, by=by, accepted_at=since)


def refused(it: Reviewed, reasons: Sequence[str], by: str, now: datetime) -> Reviewed:
    """After a clerk refused to accept it (不予受理). Raises ReviewOver, Invalid without reasons."""
    _check_open(it, now)
    if not 0 < len(reasons) <= MOST_REASONS:
        raise Invalid(Fault("reasons", f"must be given, at most {MOST_REASONS} of them"))
    _check_texts(by, reasons)
    return _ended(it, "refused", now, by=by, reasons=tuple(reasons))


def withdrawn(it: Reviewed, now: datetime) -> Reviewed:
    """After the applicant took it back."""
    return _ended(it, "withdrawn", now)


def looked_at(it: Reviewed, now: datetime, calendar: Calendar) -> Reviewed:
    """The application as the time has made it: accepted, dated back, if nobody spoke in time, or
    else with the moment at which it will be by this calendar."""
    if it.state != RECEIVED:
        return it
    since = _since(it)
    silence = deemed_acceptance(since, None, now, calendar, it.said.limit.amount)
    if silence is None:
        return replace(it, due_at=_due(since, it.said.limit, calendar))
    return _ended(it, "deemed", now, accepted_at=silence)


def _since(it: Reviewed) -> datetime:
    return it.said.corrected_at[-1] if it.said.corrected_at else it.said.received_at


def _due(since: datetime, limit: Limit, calendar: Calendar) -> datetime:
    return due(since, limit.amount, "working_days", calendar)


def _ended(
    it: Reviewed,
    ending: Ending,
    now: datetime,
    *,
    by: str = "",
    reasons: tuple[str, ...] = (),
    accepted_at: datetime | None = None,
) -> Reviewed:
    said = replace(it.said, ending=ending, ended_at=now, accepted_at=accepted_at)
    return replace(it, said=said, due_at=None, by=by, reasons=reasons)


def _check_open(it: Reviewed, now: datetime) -> None:
    if it.state not in BEFORE:
        raise ReviewOver(f"case {it.case} is {it.state} already; nothing is left to be reviewed")
    if it.due_at is not None and now > it.due_at:
        raise ReviewOver(
            f"case {it.case} counts as accepted: nothing was said by {it.due_at.isoformat()} "
            f"({ARTICLE})"
        )


def _faults_in(missing: Sequence[ToCorrect], known: Sequence[str]) -> list[Fault]:
    if not missing:
        return [Fault("missing", "must name everything that is missing or wrong")]
    named = [it.subject for it in missing]
    return [
        *(
            Fault(f"missing[{place}].subject", f"{name!r} is no field or material of the item")
            for place, name in enumerate(named)
            if name not in known
        ),
        *(
            Fault(f"missing[{place}].problem", "must say what is the matter with it")
            for place, it in enumerate(missing)
            if not it.problem.strip()
        ),
        *(
            Fault(f"missing[{place}].{name}", wrong)
            for place, it in enumerate(missing)
            for name, text in (("problem", it.problem), ("remedy", it.remedy))
            if (wrong := problem_with_text(text, LONGEST_REASON))
        ),
        *(
            Fault(f"missing[{place}].subject", f"{name!r} is named twice: put both into one")
            for place, name in enumerate(named)
            if name in named[:place]
        ),
    ]


def _check_texts(by: str, reasons: Sequence[str]) -> None:
    if faults := _faults_in_texts(by, reasons):
        raise Invalid(*faults)


def _faults_in_texts(by: str, reasons: Sequence[str]) -> list[Fault]:
    texts = [("by", by, LONGEST_NAME)]
    texts += [(f"reasons[{place}]", it, LONGEST_REASON) for place, it in enumerate(reasons)]
    return [
        Fault(field, wrong)
        for field, text, longest in texts
        if (wrong := problem_with_text(text, longest) or ("" if text.strip() else "is missing"))
    ]
