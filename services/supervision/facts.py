"""Facts: how each assignment ended, and how each case did. Pure.

A fact is told once, by the step that ends the assignment or the case (see `endings`). Every figure
of a performance sheet is counted from facts. A fact is a row as it is kept: one is made for every
task of every case, and a frozen value of so many fields would take longer than all that it says.
"""

from datetime import datetime
from functools import lru_cache
from typing import Literal, TypedDict

from shared.worktime import Calendar, Ledger
from shared.worktime.measures import MEASURES, Unit, measure_of

Ending = Literal["completed", "declined", "cancelled", "transferred", "deemed"]


class Fact(TypedDict):
    """How an assignment ended. `used` counts in `unit` what of the `budget` its handling clock has
    consumed; a budget of 0 is no limit. `accepted_at` is when the department first answered before
    that, and `stops` how often the clock stood still. `outcome` is the answer of a completed task,
    and otherwise the ending again."""

    case_code: str
    assignment: str
    item: str
    item_version: int
    region: str
    department: str
    task: str
    title: str
    part_of: str
    assigned_at: datetime
    accepted_at: datetime | None
    ended_at: datetime
    ending: Ending
    outcome: str
    unit: str
    budget: int
    used: float
    due_at: datetime | None
    late: bool
    acceptance_unit: str
    acceptance_budget: int
    acceptance_used: float
    acceptance_late: bool
    returns: int
    stops: int
    officer: str


class StopFact(TypedDict):
    """The clock of an assignment stood still between two moments."""

    case_code: str
    assignment: str
    since: datetime
    until: datetime


class CaseFact(TypedDict):
    """How a case ended; its limits as a fact has its own."""

    case_code: str
    item: str
    item_version: int
    region: str
    title: str
    lead: str
    opened_at: datetime
    closed_at: datetime
    outcome: str
    statutory_unit: str
    statutory_budget: int
    statutory_used: float
    statutory_due_at: datetime | None
    statutory_late: bool
    promised_unit: str
    promised_budget: int
    promised_used: float
    promised_due_at: datetime | None
    promised_late: bool


TICKS = {unit: measure.ticks for unit, measure in MEASURES.items()}


def spent(limit: Ledger, until: datetime, calendar: Calendar) -> float:
    """What of a limit is consumed until a moment, in the limit's unit (see `Ledger.consumed`).

    Quick for the many that ran without a stop and ended in time, whose moments many share.
    """
    if len(limit.stretches) == 1 and limit.stretches[0].end is None:
        ran = _passed(limit.unit, until, calendar) - _begun(limit.unit, limit.started, calendar)
        if ran <= limit.amount * TICKS[limit.unit]:
            return max(0, ran) / TICKS[limit.unit]
    return float(limit.consumed(until, calendar))


@lru_cache(maxsize=4_096)
def _passed(unit: Unit, at: datetime, calendar: Calendar) -> int:
    return measure_of(unit).passed(calendar, at)


@lru_cache(maxsize=4_096)
def _begun(unit: Unit, at: datetime, calendar: Calendar) -> int:
    return measure_of(unit).begun(calendar, at)
