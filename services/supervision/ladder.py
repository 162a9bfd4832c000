"""The alert ladder: its rungs, and the words in which a policy says when each is reached.

    reminder, yellow, red, head     reminder, yellow card, red card, up the line

    80% of the limit                that share of the budget is consumed
    3 working days before due       at the hour at which the limit ends, so many working days before
    at due                          the limit ends
    2 working days after due        so many working days later

A rung is reached once its moment has passed: what is done at the very moment is done in time.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import lru_cache

from services.supervision.limits import Given
from shared.errors import Fault, Invalid
from shared.messages.parts import Silence
from shared.worktime import Calendar, Ledger, moment_beside_due, moment_of_share

RUNGS = ("reminder", "yellow", "red", "head")
DIRECTIVES = ("reassign", "deemed_approval")
"""Rungs that alert nobody: once one is reached, routing is told to act. No policy names them."""
_SHARE = re.compile(r"(\d+(?:\.\d+)?)% of the limit")
_BESIDE = re.compile(r"(\d+) working days? (before|after) due")


@dataclass(frozen=True, kw_only=True, slots=True)
class Rung:
    """A rung of a clock: its name, the policy's words for when, and the moment that they mean.

    `moment` is None while the clock is stopped and the moment depends on when it resumes.
    """

    name: str
    when: str
    moment: datetime | None = None


Ladder = tuple[tuple[str, str], ...]
"""The rungs of a ladder as (name, when), lowest first."""


def checked(ladder: dict[str, str], field: str) -> Ladder:
    """A ladder as a policy writes it. Raises Invalid naming every rung that is wrong."""
    faults = [
        Fault(f"{field}.{name}", f"is no rung; a rung is one of {', '.join(RUNGS)}")
        for name in ladder
        if name not in RUNGS
    ]
    for name, when in ladder.items():
        try:
            rule(when)
        except ValueError as error:
            faults.append(Fault(f"{field}.{name}", str(error)))
    if faults:
        raise Invalid(*faults)
    return tuple(sorted(ladder.items(), key=lambda item: RUNGS.index(item[0])))


@lru_cache(maxsize=1_000)
def with_silence(ladder: Ladder, silence: Silence) -> Ladder:
    """The ladder of a handling clock whose task says what silence means when it is due: that the
    alert goes up the line, or that routing acts."""
    if silence == "nothing":
        return ladder
    name = "head" if silence == "escalate" else silence
    return (*(it for it in ladder if it[0] != name), (name, "at due"))


@lru_cache(maxsize=1_000)
def rule(when: str) -> Fraction | int:
    """What the words mean: a share of the budget, or working days after due (before: negative).

    Raises ValueError with a clause that says how such words look.
    """
    if when == "at due":
        return 0
    if share := _SHARE.fullmatch(when):
        return Fraction(share[1]) / 100
    if beside := _BESIDE.fullmatch(when):
        return int(beside[1]) * (-1 if beside[2] == "before" else 1)
    raise ValueError(
        f"{when!r} is not of the form '80% of the limit', '1 working day before due', 'at due' "
        "or '2 working days after due'"
    )


def moment(when: str, limit: Ledger | Given, calendar: Calendar) -> datetime | None:
    """The moment at which a rung of this limit is reached; None where a stop keeps it open."""
    meant = rule(when)
    if meant == 0:
        return limit.due_date(calendar)
    if isinstance(limit, Given):
        return limit.moment(meant, calendar)
    if isinstance(meant, Fraction):
        return moment_of_share(limit, meant, calendar)
    return moment_beside_due(limit, meant, calendar)


def climb(ladder: Ladder, limit: Ledger | Given, calendar: Calendar) -> tuple[Rung, ...]:
    """The rungs of a clock that begins. One that would fall on its beginning is left out."""
    rungs = (
        Rung(name=name, when=when, moment=moment(when, limit, calendar)) for name, when in ladder
    )
    return tuple(it for it in rungs if it.moment is None or it.moment > limit.started)
