"""A forecast of a case as a person reads it, and as JSON."""

from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from deploy.forecast import Forecast
from services.routing.plan import Item
from shared.worktime import Calendar


def plain(item: Item, found: Forecast, calendar: Calendar) -> dict[str, Any]:
    """The forecast as JSON values, times as the offices' clocks show them."""

    def told(moment: datetime | None) -> str | None:
        return calendar.local(moment).isoformat() if moment else None

    return {
        "item": item.key,
        "version": item.version,
        "begins": told(found.begins),
        "ends": told(found.ends),
        "outcome": found.outcome,
        "statutory_due": told(found.statutory),
        "promised_due": told(found.promised),
        "kept": _kept(found),
        "materials": [
            {"name": it.name, "required": it.required, "deferrable": it.deferrable}
            for it in found.materials
        ],
        "fetched": [{"name": it.name, "department": it.issued_by} for it in found.fetched],
        "tasks": [
            {
                "task": it.task,
                "department": it.department,
                "begins": told(it.begins),
                "accept_by": told(it.accept_by),
                "ends": told(it.ends),
                "after": it.freed_by or None,
                "on_longest_way": it.task in found.longest,
            }
            for it in found.tasks
        ],
        "skipped": [{"task": it.task, "reason": it.reason} for it in found.skipped],
        "settled_at_once": [{"task": it.task, "reason": it.reason} for it in found.settled],
        "afterwards": [
            {"task": it.task, "department": it.department, "ends": told(it.ends)}
            for it in found.afterwards
        ],
        "longest_way": list(found.longest),
        "assumed_results": {key: dict(values) for key, values in found.assumed.items()},
    }


def _kept(found: Forecast) -> bool:
    limits = [it for it in (found.statutory, found.promised) if it]
    return all(found.ends <= limit for limit in limits)


def show(found: Forecast, calendar: Calendar) -> None:
    """Print the tasks in the order in which they would begin, then the limits of the case."""

    def told(moment: datetime | None) -> str:
        return f"{calendar.local(moment):%Y-%m-%d %H:%M}" if moment else "-"

    table = Table(box=None, pad_edge=False)
    for column in ("", "task", "department", "begins", "ends by"):
        wide = column in ("task", "department")
        table.add_column(column, no_wrap=not wide, overflow="fold", min_width=0 if wide else 1)
    for it in found.tasks:
        mark = "*" if it.task in found.longest else ""
        table.add_row(mark, it.task, it.department, told(it.begins), told(it.ends))
    console = Console(markup=False, highlight=False, emoji=False, soft_wrap=True)
    console.print(table)
    console.print(f"\n* longest way: {' -> '.join(found.longest) or 'none'}")
    for skipped in found.skipped:
        console.print(f"skipped {skipped.task}: {skipped.reason}")
    for settled in found.settled:
        console.print(f"settled at once {settled.task}: {' · '.join(settled.reason.splitlines())}")
    console.print(f"materials: {', '.join(it.name for it in found.materials) or 'none'}")
    if found.fetched:
        fetched = ", ".join(f"{it.name} ({it.issued_by})" for it in found.fetched)
        console.print(f"not asked for, departments have it: {fetched}")
    for task, values in found.assumed.items():
        console.print(f"assumed that {task} states {dict(values)}: say otherwise with --results")
    console.print(f"{found.outcome} by {told(found.ends)} if nobody is late")
    for it in found.afterwards:
        console.print(f"then {it.task} ({it.department}) by {told(it.ends)}")
    for name, limit in (("promised", found.promised), ("statutory", found.statutory)):
        if limit:
            verdict = "kept" if found.ends <= limit else "MISSED"
            console.print(f"{name} limit {told(limit)}: {verdict}")
