"""The light of a task, and why: by the rule that supervision's wall goes by (shared/lights). Pure.

    yellow   the ladder that policies.yaml has for the task's item, department and region warns, or
             the limit ends today

Until a task is taken up both of its clocks count, and the one that warns or ends first decides.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from services.department.desk.clocks import Kind
from services.department.task import Task
from shared.lights import Ladder, Light, Timing, gravest, timing
from shared.lights.choices import Choices
from shared.worktime import Calendar, Ledger


@dataclass(frozen=True, kw_only=True)
class Lit:
    """A light. Where it is yellow: `warning` is the policy's words that made it so (see Timing),
    `kind` the clock that they are about, which has a `budget` of `unit`."""

    light: Light = "none"
    warning: str = ""
    kind: Kind = "handling"
    budget: int = 0
    unit: str = ""


DARK = Lit()
"""No limit is set, or time stands still."""


def lit(task: Task, ladders: Choices[Ladder], calendar: Calendar, now: datetime) -> Lit:
    """The light of an open task at a moment."""
    clocks = [
        (timing(ledger, _ladder(task, kind, ladders), calendar), kind, ledger)
        for kind, ledger in _counting(task)
    ]
    light = gravest(when for when, _kind, _ledger in clocks).light(now)
    if light != "yellow":
        return Lit(light=light)
    when, kind, ledger = min(clocks, key=lambda it: _turns(it[0], now))
    return Lit(light=light, warning=when.warning, kind=kind, budget=ledger.budget, unit=ledger.unit)


def _counting(task: Task) -> Iterator[tuple[Kind, Ledger]]:
    """The clocks that count now."""
    kinds: tuple[Kind, ...] = ("handling",) if task.taken_up else ("acceptance", "handling")
    for kind in kinds:
        ledger = task.clocks.ledger(kind)
        if ledger is not None:
            yield kind, ledger


def _ladder(task: Task, kind: Kind, ladders: Choices[Ladder]) -> Ladder:
    here = ladders.of(task.clocks.region)
    item = str(task.document.get("item", ""))
    return here.chosen(kind, item=item, department=task.department) or ()


def _turns(when: Timing, now: datetime) -> tuple[bool, datetime]:
    """What turned yellow first goes first."""
    return when.warned_at is None, when.warned_at or now
