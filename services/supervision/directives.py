"""What supervision tells routing to do where a department has kept silent for too long."""

from datetime import datetime
from typing import Literal, cast

from services.supervision.clocks import Clock
from services.supervision.ladder import Rung
from shared.messages import ActOnSilence
from shared.worktime import Calendar


def of_rung(clock: Clock, rung: Rung, now: datetime, calendar: Calendar) -> ActOnSilence:
    """The directive of a rung that was reached. The rung leaves its clock with it: there is one."""
    assert rung.moment is not None, "what was reached has a moment"
    return ActOnSilence(
        case=clock.case,
        at=now,
        task=clock.task,
        assignment=clock.subject,
        department=clock.department,
        silence=cast(Literal["reassign", "deemed_approval"], rung.name),
        due_at=calendar.local(rung.moment),
        source=clock.source,
    )


def of_order(clock: Clock, now: datetime, calendar: Calendar) -> ActOnSilence:
    """The order of a policy's rung: the task is handed on to the lead department."""
    return ActOnSilence(
        case=clock.case,
        at=now,
        task=clock.task,
        assignment=clock.subject,
        department=clock.department,
        silence="reassign",
        due_at=calendar.local(clock.due_at or now),
        source=clock.source,
    )
