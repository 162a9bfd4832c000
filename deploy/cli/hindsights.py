"""What limits would have meant for a log, as a person reads it, and as JSON."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from deploy.hindsight import Hindsight, Verdict
from services.routing.drawing.words import limit_of
from services.routing.plan import Item
from shared.worktime import Calendar


def plain(item: Item, file: Path, found: Hindsight) -> dict[str, Any]:
    """The figures as JSON values; times in hours of business."""
    return {
        "item": item.key,
        "version": item.version,
        "file": file.name,
        "cases": found.cases,
        "ended": found.ended,
        "open": found.cases - found.ended,
        "until": found.until.isoformat() if found.until else None,
        "limits": [_verdict(it) for it in found.limits],
        "tasks": [_verdict(it) for it in found.tasks],
        "activities": [
            {**asdict(it), "task": it.task or None, "share": round(it.share, 4)}
            for it in found.shares
        ],
        "tasks_not_in_the_log": list(found.unused),
    }


def _verdict(it: Verdict) -> dict[str, Any]:
    return {
        "of": it.of,
        "amount": it.limit.amount,
        "unit": it.limit.unit,
        "ran": it.ran,
        "missed": it.missed,
        "open_missed": it.open_missed,
    }


def show(found: Hindsight, calendar: Calendar) -> None:
    """Print how often each limit would have been missed, then where the time went."""
    console = Console(markup=False, highlight=False, emoji=False, soft_wrap=True)
    until = f" (log ends {calendar.local(found.until):%Y-%m-%d})" if found.until else ""
    still = found.cases - found.ended
    console.print(f"{found.cases:,} cases, {found.ended:,} ended, {still:,} open{until}\n")
    console.print(_limits(found))
    console.print()
    console.print(_activities(found))
    if found.unused:
        console.print(f"\nnot in the log: {', '.join(found.unused)}")
        console.print("say with --activities which activity is which task")


def _limits(found: Hindsight) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("limit")
    table.add_column("of", no_wrap=True)
    for column in ("ran", "missed", "share", "open and past it"):
        table.add_column(column, justify="right")
    for it in (*found.limits, *found.tasks):
        share = f"{(it.missed + it.open_missed) / it.ran:.1%}" if it.ran else "-"
        counts = f"{it.ran:,}", f"{it.missed:,}", share, f"{it.open_missed:,}"
        table.add_row(it.of, limit_of(it.limit, "en"), *counts)
    return table


def _activities(found: Hindsight) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("activity", overflow="fold")
    table.add_column("task", no_wrap=True)
    for column in ("times", "hours", "share", "median h", "p90 h"):
        table.add_column(column, justify="right")
    for it in found.shares:
        figures = f"{it.times:,}", f"{it.hours:,.0f}", f"{it.share:.1%}"
        table.add_row(it.activity, it.task or "-", *figures, f"{it.median:,.1f}", f"{it.p90:,.1f}")
    return table
