"""Whom to turn to where an alert reached nobody: the people of the next rung of its ladder."""

from collections.abc import Callable
from datetime import datetime

from services.supervision import duty
from services.supervision.domain import Case, Rules
from services.supervision.duty import Place
from services.supervision.ladder import RUNGS
from services.supervision.notices.unreached import Above, Higher
from shared.messages import AlertRaised


def above_by(rules: Callable[[], Rules]) -> Above:
    """By the policies and the people as they are at the moment."""

    def above(alert: AlertRaised, rung: str, case: Case | None, now: datetime) -> Higher:
        if case is None or not alert.clock or rung not in RUNGS:
            return Higher()
        here = rules().of(case.region)
        kind = alert.clock.split("/")[1]
        written = here.policy.written(kind, item=case.item, department=alert.department)
        place = Place(department=alert.department, region=case.region)
        told = duty.told_above(rung, written, here.people, place, here.calendar.local(now))
        return Higher(
            rung=told.rung if told.recipients else "",
            recipients=told.recipients,
            remarks=told.remarks,
        )

    return above
