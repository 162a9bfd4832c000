"""Open tasks over all departments: which are asked for, in which order, and how late each is. Pure.

Pages, the address for programs and the command line ask here, so that they list the same.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from services.supervision.open_cases import OpenCase, OpenTask
from services.supervision.tally import Counts, Open, by_end, lit, tasks_of
from shared.lights import LIGHTS, Light
from shared.worktime import NATION, Calendar, Calendars, Ledger
from shared.worktime.regions import area_of

ORDERS = ("gravest", "due", "department")
"""By light and then by what ends first; by what ends first; by department, the gravest first."""
OF_LIGHT = ("", "today", *LIGHTS)
"""What may be asked for of lights: all, what ends today, or one of them."""
EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)
"""Days that may be asked for."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """Which open tasks are asked for; what is empty asks for all. `region` is a region and those
    within it; `before` leaves out what ends then or later, or stands still."""

    light: str = ""
    department: str = ""
    region: str = ""
    item: str = ""
    before: datetime | None = None
    order: str = ORDERS[0]


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The moment at which a day is over, for `Question.before`."""
    return datetime.combine(day + timedelta(days=1), time.min, zone)


@dataclass(frozen=True, kw_only=True)
class Found:
    """The tasks that were asked for, in order, and all of the same question by their light."""

    tasks: Sequence[Open]
    counts: Counts


def find(cases: Iterable[OpenCase], question: Question, now: datetime) -> Found:
    """The open tasks of these cases that are asked for."""
    counts, chosen = Counts(), list[Open]()
    for case, task in tasks_of(_of_cases(cases, question), question.department):
        if question.before and not _ends_before(task.timing.due_at, question.before):
            continue
        counts.add(task.timing, now)
        if lit(task.timing, question.light, now):
            chosen.append((case, task))
    return Found(tasks=sorted(chosen, key=_order(question.order, now)), counts=counts)


def _of_cases(cases: Iterable[OpenCase], question: Question) -> Iterable[OpenCase]:
    region = "" if question.region == NATION else question.region
    area = area_of(region) or region
    return (
        case for case in cases if case.region.startswith(area) and question.item in ("", case.item)
    )


def _ends_before(due: datetime | None, moment: datetime) -> bool:
    return due is not None and due < moment


def _order(name: str, now: datetime) -> Callable[[Open], Any]:
    gravity = {light: place for place, light in enumerate(LIGHTS)}

    def due(it: Open) -> tuple[Any, ...]:
        return *by_end(it), it[1].assignment

    def gravest(it: Open) -> tuple[Any, ...]:
        return gravity[it[1].timing.light(now)], *due(it)

    def department(it: Open) -> tuple[Any, ...]:
        return it[1].department, *gravest(it)

    return {"due": due, "department": department}.get(name, gravest)


@lru_cache(maxsize=4_096)
def left(limit: Ledger, calendar: Calendar, now: datetime) -> float:
    """How much of a limit is left, in its unit; negative by how much it is late. Of one that stands
    still, what will be left when it runs again. Tasks of a list share their limits (see
    open_cases), so each is worked out once for it."""
    return float(limit.remaining(now, calendar))


@dataclass(frozen=True, kw_only=True)
class Listed:
    """An open task in a list. `left` is in the unit of its limit."""

    case: OpenCase
    task: OpenTask
    light: Light
    left: float


def listed(tasks: Iterable[Open], calendars: Calendars, now: datetime) -> list[Listed]:
    """These tasks with their lights and what is left of their limits."""
    return [
        Listed(
            case=case,
            task=task,
            light=task.timing.light(now),
            left=left(task.limit, calendars.of(case.region), now),
        )
        for case, task in tasks
    ]


def plain(row: Listed, calendars: Calendars) -> dict[str, Any]:
    """A listed task as JSON values. `left` is negative by how much it is late; `due_at` is None
    while the time stands still."""
    case, task = row.case, row.task
    calendar, due = calendars.of(case.region), task.timing.due_at
    return {
        "light": row.light,
        "why": task.timing.warning if row.light == "yellow" else "",
        "left": round(row.left, 6),
        "unit": task.limit.unit,
        "due_at": calendar.local(due).isoformat() if due else None,
        "provisional": task.provisional,
        "case": case.code,
        "item": case.item,
        "item_title": {"zh": case.title.zh, "en": case.title.en},
        "region": case.region,
        "department": task.department,
        "task": task.task,
        "title": {"zh": task.title.zh, "en": task.title.en},
        "assignment": task.assignment,
        "waits_for": task.awaited,
    }


def told(found: Found, some: Iterable[Open], calendars: Calendars, now: datetime) -> dict[str, Any]:
    """An answer for a program: some of what was found, how many there are, and how many of each
    light there are without that part of the question."""
    counts = {it: getattr(found.counts, it) for it in (*LIGHTS, "today")}
    return {
        "at": now.isoformat(),
        "found": len(found.tasks),
        "counts": counts,
        "tasks": [plain(it, calendars) for it in listed(some, calendars, now)],
    }


def regions_of(cases: Iterable[OpenCase], named: Collection[str]) -> list[str]:
    """The regions that may be asked for: those of the cases, and the named ones around them."""
    own = {case.region for case in cases if case.region}
    areas = {it: area_of(it) for it in named}
    around = {it for it, area in areas.items() if any(code.startswith(area) for code in own)}
    return sorted(own | around)
