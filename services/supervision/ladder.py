"""The alert ladder: its rungs, lowest first.

    reminder, yellow, red           reminder, yellow card, red card
    head, centre, leadership        notice to the head, to the centre, to the leadership

In which words a policy says when each is reached stands in shared/lights.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from services.supervision.limits import Given
from shared.lights import Hours, Ladder, rule
from shared.lights import moment as moment_of_ledger
from shared.messages.parts import Silence
from shared.worktime import Calendar, Ledger
from shared.worktime.rungs import hours_beside

RUNGS = ("reminder", "yellow", "red", "head", "centre", "leadership")
DIRECTIVES = ("reassign", "deemed_approval")
"""Rungs that alert nobody: once one is reached, routing is told to act. No policy names them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rung:
    """A rung of a clock: its name, the policy's words for when, and the moment that they mean.

    `moment` is None while the clock is stopped and the moment depends on when it resumes.
    """

    name: str
    when: str
    moment: datetime | None = None


@lru_cache(maxsize=1_000)
def with_silence(ladder: Ladder, silence: Silence) -> Ladder:
    """The ladder of a handling clock whose task says what silence means when it is due: that the
    alert goes up the line, or that routing acts."""
    if silence == "nothing":
        return ladder
    name = "head" if silence == "escalate" else silence
    return (*(it for it in ladder if it[0] != name), (name, "at due"))


def moment(when: str, limit: Ledger | Given, calendar: Calendar) -> datetime | None:
    """The moment at which a rung of this limit is reached; None where a stop keeps it open."""
    if isinstance(limit, Ledger):
        return moment_of_ledger(when, limit, calendar)
    meant = rule(when)
    if meant == 0:
        return limit.due
    if isinstance(meant, Hours):
        return hours_beside(limit.due, meant.amount, calendar)
    return limit.moment(meant, calendar)


def climb(ladder: Ladder, limit: Ledger | Given, calendar: Calendar) -> tuple[Rung, ...]:
    """The rungs of a clock that begins. One that would fall on its beginning is left out."""
    rungs = (
        Rung(name=name, when=when, moment=moment(when, limit, calendar)) for name, when in ladder
    )
    return tuple(it for it in rungs if it.moment is None or it.moment > limit.started)
