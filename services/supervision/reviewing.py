"""The clock before acceptance: `correction`, the time for the one notice of all that must be
corrected (Administrative Licensing Law, article 32). Pure.

Intake says with each message how far a review is as a whole, and the case stream, which comes from
routing, knows nothing of it. So a clock is made from what a message says and from what is known,
and all orders of all messages come to the same clocks: a message that comes late adds nothing.

The first clock begins with the receipt and ends with the notice, or with the end of the review.
Each correction after the notice begins another, whose subject is its number.
"""

from collections.abc import Iterator
from datetime import datetime

from services.supervision.clocks import Clock, clock_id
from services.supervision.domain import Case, Rules, clocks_of
from shared.messages import Review
from shared.values import with_changed
from shared.worktime import Ledger

KIND = "correction"
RECEIVED, AWAITING = "received", "awaiting_correction"
Period = tuple[str, datetime, datetime | None]
"""The subject of a clock, when it began, and when it ended; None while it runs."""


def reviewed(case: Case, said: Review, rules: Rules) -> Case:
    """The case after intake said how far its review is."""
    rules = rules.of(said.region)
    clocks = [_clock(case, said, period, rules) for period in periods(said)]
    changed = [clock for clock in clocks if clock != _known(case, clock.id)]
    case = with_changed(case, changed={**case.changed, **{it.id: it for it in changed}})
    return case if case.number else _introduced(case, said)


def periods(said: Review) -> Iterator[Period]:
    """The times in which the office had to look at the application."""
    begun = said.corrected_at
    first = said.notified_at if said.notified_at else said.ended_at
    yield "", said.received_at, first
    for number, since in enumerate(begun, start=1):
        yield str(number), since, begun[number] if number < len(begun) else said.ended_at


def _known(case: Case, clock: str) -> Clock | None:
    return case.changed.get(clock) or case.clocks.get(clock)


def _clock(case: Case, said: Review, period: Period, rules: Rules) -> Clock:
    subject, since, until = period
    clock = _known(case, clock_id(case.code, KIND, subject)) or _begun(
        case, said, subject, since, rules
    )
    if until is None or (clock.ended_at and clock.ended_at <= until):
        return clock
    return clock.end(until)


def _begun(case: Case, said: Review, subject: str, since: datetime, rules: Rules) -> Clock:
    limit = said.limit
    clock = Clock(
        case=case.code,
        kind=KIND,
        subject=subject,
        department=said.lead,
        title=said.title,
        source=limit.source,
        limit=Ledger.starting(since, limit.amount, limit.unit),
    )
    ladder = rules.policy.ladder(KIND, item=said.item, department=said.lead)
    return clock.begun(ladder, rules.calendar)


def _introduced(case: Case, said: Review) -> Case:
    """What is known of a case before routing has said anything of it."""
    over = case.state if case.state not in ("", RECEIVED, AWAITING) else said.ending
    waits = all(it.ended_at for it in clocks_of(case))
    state = "accepted" if over == "deemed" else over or (AWAITING if waits else RECEIVED)
    return with_changed(
        case,
        item=said.item,
        item_version=said.item_version,
        region=said.region,
        title=said.title,
        lead=said.lead,
        state=state,
        closed_at=case.closed_at or (said.ended_at if over in ("refused", "withdrawn") else None),
    )
