"""The alert ladder: its rungs, and the words in which a policy says when each is reached.

    reminder, yellow, red           reminder, yellow card, red card
    head, centre, leadership        notice to the head, to the centre, to the leadership

    80% of the limit                that share of the budget is consumed
    3 working days before due       at the hour at which the limit ends, so many working days before
    4 working hours before due      so many hours of business before the limit ends
    at due                          the limit ends
    2 working days after due        so many working days later
    4 working hours after due       so many hours of business later

A rung is reached once its moment has passed: what is done at the very moment is done in time.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import lru_cache

from services.supervision.limits import Given
from shared.messages.parts import Silence
from shared.worktime import Calendar, Ledger, moment_beside_due, moment_of_share
from shared.worktime.rungs import hours_beside, hours_beside_due

RUNGS = ("reminder", "yellow", "red", "head", "centre", "leadership")
DIRECTIVES = ("reassign", "deemed_approval")
"""Rungs that alert nobody: once one is reached, routing is told to act. No policy names them."""
_SHARE = re.compile(r"(\d+(?:\.\d+)?)% of the limit")
_BESIDE = re.compile(r"(\d+) working (day|hour)s? (before|after) due")


@dataclass(frozen=True, kw_only=True, slots=True)
class Rung:
    """A rung of a clock: its name, the policy's words for when, and the moment that they mean.

    `moment` is None while the clock is stopped and the moment depends on when it resumes.
    """

    name: str
    when: str
    moment: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hours:
    """So many hours of business after the due date; before it, when negative."""

    amount: int


Meaning = Fraction | int | Hours
"""A share of the budget, working days or hours after due (before: negative)."""

Ladder = tuple[tuple[str, str], ...]
"""The rungs of a ladder as (name, when), lowest first."""


@lru_cache(maxsize=1_000)
def with_silence(ladder: Ladder, silence: Silence) -> Ladder:
    """The ladder of a handling clock whose task says what silence means when it is due: that the
    alert goes up the line, or that routing acts."""
    if silence == "nothing":
        return ladder
    name = "head" if silence == "escalate" else silence
    return (*(it for it in ladder if it[0] != name), (name, "at due"))


@lru_cache(maxsize=1_000)
def rule(when: str) -> Meaning:
    """What the words mean.

    Raises ValueError with a clause that says how such words look.
    """
    if when == "at due":
        return 0
    if share := _SHARE.fullmatch(when):
        return Fraction(share[1]) / 100
    if beside := _BESIDE.fullmatch(when):
        amount = int(beside[1]) * (-1 if beside[3] == "before" else 1)
        return amount if beside[2] == "day" else Hours(amount)
    raise ValueError(
        f"{when!r} is not of the form '80% of the limit', '1 working day before due', 'at due', "
        "'4 working hours after due' or '2 working days after due'"
    )


def moment(when: str, limit: Ledger | Given, calendar: Calendar) -> datetime | None:
    """The moment at which a rung of this limit is reached; None where a stop keeps it open."""
    meant = rule(when)
    if meant == 0:
        return limit.due_date(calendar)
    if isinstance(limit, Given):
        if isinstance(meant, Hours):
            return hours_beside(limit.due, meant.amount, calendar)
        return limit.moment(meant, calendar)
    if isinstance(meant, Fraction):
        return moment_of_share(limit, meant, calendar)
    if isinstance(meant, Hours):
        return hours_beside_due(limit, meant.amount, calendar)
    return moment_beside_due(limit, meant, calendar)


def climb(ladder: Ladder, limit: Ledger | Given, calendar: Calendar) -> tuple[Rung, ...]:
    """The rungs of a clock that begins. One that would fall on its beginning is left out."""
    rungs = (
        Rung(name=name, when=when, moment=moment(when, limit, calendar)) for name, when in ladder
    )
    return tuple(it for it in rungs if it.moment is None or it.moment > limit.started)
