"""What becomes of a rung that was reached: its alert, who is told of it, and an order to routing.

A ladder says when; all the rest is taken from the policy and the people of the moment at which the
rung fires.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.supervision import alerts, directives, duty, reasons
from services.supervision.clocks import Clock
from services.supervision.domain import Case, Rules
from services.supervision.duty import Place, Told
from services.supervision.ladder import DIRECTIVES, Rung
from services.supervision.recipients import Recipient
from services.supervision.rungs import RungPolicy, Written
from shared.messages import ActOnSilence, AlertRaised
from shared.messages.alerts import Addressee


@dataclass(frozen=True, kw_only=True)
class Call:
    """What is said of a rung. `recipients` is None where the policy names nobody, lets the level be
    skipped, or no address is set at all; it is empty where somebody should be told and nobody is
    there."""

    messages: tuple[AlertRaised | ActOnSilence, ...]
    recipients: Sequence[Recipient] | None = None


def ladder_of(case: Case, clock: Clock, rules: Rules) -> Written:
    """The ladder that the policy of now has for a clock."""
    policy = rules.policy.of(case.region)
    return policy.written(clock.kind, item=case.item, department=clock.department)


def call(
    case: Case,
    clock: Clock,
    rung: Rung,
    rules: Rules,
    now: datetime,
    *,
    follows: AlertRaised | None = None,
) -> Call:
    """What is said at `now` of a rung that was reached, or that `follows` an alert which nobody has
    acknowledged. `rules` are those for all regions."""
    own = rules.of(case.region)
    if rung.name in DIRECTIVES:
        return Call(messages=(directives.of_rung(clock, rung, now, own.calendar),))
    alert = alerts.of_rung(clock, rung, now, own.calendar, policy=own.policy.version)
    if follows:
        alert = alerts.following(alert, follows, clock, own.calendar)
    written = ladder_of(case, clock, rules)
    said = written.rung(rung.name)
    if said == RungPolicy(name=said.name, when=said.when):
        return Call(messages=(alert,))
    place = Place(department=clock.department, region=case.region)
    told = duty.told(said.name, written, rules.people, place, own.calendar.local(now))
    alert = addressed(alert, told)
    if (
        said.acknowledge
        and clock.ended_at is None
        and not told.skipped
        and written.after(said.name)
    ):
        by = said.acknowledge.end(now, own.calendar)
        alert = replace(alert, acknowledge_by=own.calendar.local(by))
    orders = (directives.of_order(clock, now, own.calendar),) if _orders(said, clock) else ()
    by_name = said.to and not told.skipped and rules.people.reachable
    return Call(messages=(alert, *orders), recipients=told.recipients if by_name else None)


def _orders(said: RungPolicy, clock: Clock) -> bool:
    return said.order == "reassign" and clock.kind == "handling" and clock.ended_at is None


def addressed(alert: AlertRaised, told: Told) -> AlertRaised:
    """The alert with those who are told of it, and the remarks about who is not."""
    addressees = tuple(
        Addressee(person=it.person, name=it.name, why=it.why) for it in told.recipients
    )
    return replace(
        alert,
        addressees=addressees,
        remarks=told.remarks,
        text=reasons.with_people(alert.text, [it.name for it in told.recipients], told.remarks),
    )
