"""The words in which a policy says when a rung of a ladder is reached, and the moments they mean.

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

from shared.worktime import Calendar, Ledger, moment_beside_due, moment_of_share
from shared.worktime.rungs import hours_beside_due

_SHARE = re.compile(r"(\d+(?:\.\d+)?)% of the limit")
_BESIDE = re.compile(r"(\d+) working (day|hour)s? (before|after) due")


@dataclass(frozen=True, slots=True)
class Hours:
    """So many hours of business after the due date; before it, when negative."""

    amount: int


Meaning = Fraction | int | Hours
"""A share of the budget, working days or hours after due (before: negative)."""

Ladder = tuple[tuple[str, str], ...]
"""The rungs of a ladder as (name, when)."""


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


def moment(when: str, ledger: Ledger, calendar: Calendar) -> datetime | None:
    """The moment at which a rung of this limit is reached; None where a stop keeps it open."""
    meant = rule(when)
    if meant == 0:
        return ledger.due_date(calendar)
    if isinstance(meant, Fraction):
        return moment_of_share(ledger, meant, calendar)
    if isinstance(meant, Hours):
        return hours_beside_due(ledger, meant.amount, calendar)
    return moment_beside_due(ledger, meant, calendar)
