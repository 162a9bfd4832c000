"""Whom to turn to where an alert reached nobody: the people of the next rung of its ladder, and
then those whom the policy names for it, one role after the other."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from services.supervision import duty, others, reasons
from services.supervision.domain import Case, Rules
from services.supervision.duty import Place, Told
from services.supervision.ladder import RUNGS
from services.supervision.notices.unreached import UNREACHED, Above, Higher
from services.supervision.rungs import Written
from shared.messages import AlertRaised, Text

AT = "at-"
"""Stands before a role where one is told that no rung has."""


def above_by(rules: Callable[[], Rules]) -> Above:
    """By the policies and the people as they are at the moment."""

    def above(alert: AlertRaised, rung: str, case: Case | None, now: datetime) -> Higher:
        known = rules()
        region = case.region if case else known.region
        version, remarks = known.of(region).policy.version, tuple[Text, ...]()
        if case and alert.clock and rung in RUNGS:
            told = _of_ladder(alert, rung, case, known, now)
            if told.recipients:
                return _higher(told, told.rung, version)
            remarks = tuple(it for it in told.remarks if it != reasons.NOBODY_ABOVE)
        for role in _left(alert, rung, case, known):
            told = others.of_roles((role,), alert, region, known, now)
            remarks = (*remarks, *told.remarks)
            if told.recipients:
                return _higher(replace(told, remarks=remarks), f"{AT}{role}", version)
        return Higher(remarks=(*remarks, reasons.NOBODY_ABOVE), policy=version)

    return above


def _higher(told: Told, rung: str, policy: str) -> Higher:
    return Higher(rung=rung, policy=policy, recipients=told.recipients, remarks=told.remarks)


def _of_ladder(alert: AlertRaised, rung: str, case: Case, rules: Rules, now: datetime) -> Told:
    place = Place(department=alert.department, region=case.region)
    here = rules.of(case.region).calendar.local(now)
    return duty.told_above(rung, _written(alert, case, rules), rules.people, place, here)


def _left(alert: AlertRaised, rung: str, case: Case | None, rules: Rules) -> Sequence[str]:
    """The roles that have not been asked, in their order."""
    known = rules.policy.others
    line = known[UNREACHED]
    if rung.startswith(AT):
        asked = rung.removeprefix(AT)
        return line[line.index(asked) + 1 :] if asked in line else line
    tried = known.get(rung, ())
    if case and alert.clock and rung in RUNGS:
        tried = _written(alert, case, rules).rung(rung).to
    return [role for role in line if role not in tried]


def _written(alert: AlertRaised, case: Case, rules: Rules) -> Written:
    kind = alert.clock.split("/")[1]
    policy = rules.policy.of(case.region)
    return policy.written(kind, item=case.item, department=alert.department)
