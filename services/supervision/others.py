"""Whom an alert of no limit tells: a refused or parked message, a calendar, a bad rating, an alert
that reached nobody. The policy says which roles, people.yaml who they are on that day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.supervision import duty
from services.supervision.calling import addressed
from services.supervision.domain import Rules
from services.supervision.duty import Place, Told
from services.supervision.recipients import Recipient
from shared.messages import AlertRaised


def called(
    alert: AlertRaised, region: str, rules: Rules, now: datetime
) -> tuple[AlertRaised, Sequence[Recipient] | None]:
    """The alert with those whom it tells by name at `now`; None where nobody need be told. `rules`
    are those for all regions; `region` is empty where it is of none."""
    region = region or rules.region
    policy = rules.of(region).policy
    alert = replace(alert, policy=policy.version)
    roles = policy.others[alert.rung]
    if not roles or not rules.people.reachable:
        return alert, None
    told = of_roles(roles, alert, region, rules, now)
    return addressed(alert, told), told.recipients


def of_roles(
    roles: Sequence[str], alert: AlertRaised, region: str, rules: Rules, now: datetime
) -> Told:
    """The people of roles, for an alert that is about a region."""
    here = rules.of(region).calendar.local(now)
    place = Place(department=alert.department, region=region)
    return duty.of_roles(roles, rules.people, place, here)
