"""What a person sees of a run: a live table or plain lines, then timeline and figures."""

import platform
from collections import Counter
from pathlib import Path
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from deploy.chaos.plan import WEIGHTS
from deploy.chaos.run import Run

LAST = 12
"""How many events the live table shows."""

EVERY = 10.0
"""Seconds between two lines where there is no terminal."""


class Lines:
    """Plain lines: every event, and now and then how far it is."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._told, self._next = 0, 0.0

    def __call__(self, now: Run) -> None:
        for event in now.events[self._told :]:
            self._console.print(f"{event.at:7.1f} s  {event.kind:<14} {event.what}")
        self._told = len(now.events)
        if now.seconds >= self._next or now.phase == "done":
            self._next = now.seconds + EVERY
            self._console.print(f"{now.seconds:7.1f} s  -- {now.phase}: {_progress(now)}")


def _progress(now: Run) -> str:
    faults = sum(now.saboteur.counted.values())
    said = f"{len(now.load.answered)} codes, {faults} faults, {now.load.figures.away['503']} x 503"
    left = ", ".join(f"{what}: {count}" for what, count in now.left.items())
    return f"{said}; left: {left}" if left else said


def live(now: Run) -> RenderableType:
    """The run as it stands."""
    table = Table(title=f"chaos, seed {now.wanted.seed}: {now.phase}", title_justify="left")
    table.add_column("s", justify="right")
    table.add_column("what", no_wrap=True)
    table.add_column("", no_wrap=True)
    for event in now.events[-LAST:]:
        table.add_row(f"{event.at:.1f}", event.kind, event.what)
    left = max(0.0, now.wanted.seconds - now.seconds)
    return Group(table, Text(f"{_progress(now)}; {left:.0f} s of faults to come", style="dim"))


def report(now: Run) -> dict[str, Any]:
    """Everything for a program."""
    found = now.verdict
    assert found is not None, "a run that is over has been judged"
    return {
        "seed": now.wanted.seed,
        "seconds": now.wanted.seconds,
        "database": "SQLite" if now.wanted.sqlite else "PostgreSQL",
        "machine": machine(),
        "kept": not found.broken,
        "broken": found.broken,
        "faults": sum(now.saboteur.counted.values()),
        "faults_by_kind": dict(now.saboteur.counted),
        "cases": found.cases,
        "fates": dict(found.fates),
        "steps": found.steps,
        "traces_verified": found.traces,
        "rungs": found.rungs,
        "rungs_before_news": found.early,
        "effects": found.effects,
        "handlers_called_again": found.calls_again,
        "tries_of_clients": sum(case.tries for case in now.load.cases),
        "answers_503": now.load.figures.away["503"],
        "slowest_503_seconds": round(now.load.figures.slowest, 2),
        "without_answer": now.load.figures.away["no answer"],
        "delivered_again": now.strays.repeated,
        "delivered_out_of_order": now.strays.reordered,
        "longest_pause_seconds": round(found.longest_pause, 1),
        "settled_after_seconds": round(now.settled_after, 1),
        "ended_by_themselves": now.ended,
        "timeline": [[round(it.at, 1), it.kind, it.what] for it in now.events],
    }


def summary(console: Console, told: dict[str, Any]) -> None:
    """Figures and findings for a person."""
    table = Table(title=f"chaos, seed {told['seed']}", title_justify="left", show_header=False)
    kinds = Counter(told["faults_by_kind"])
    table.add_row(
        "faults", f"{told['faults']}: " + ", ".join(f"{it} {kinds[it]}" for it in WEIGHTS)
    )
    fates = ", ".join(f"{fate} {n}" for fate, n in told["fates"].items())
    table.add_row("cases", f"{told['cases']}: {fates}")
    for name in _FIGURES:
        table.add_row(name.replace("_", " "), str(told[name]))
    console.print(table)
    for problem in told["broken"]:
        console.print(Text(f"BROKEN  {problem}", "bold red"))
    kept = "every promise was kept" if told["kept"] else "promises were broken"
    console.print(f"seed {told['seed']}: {kept}", highlight=False)


_FIGURES = (
    "machine",
    "database",
    "steps",
    "traces_verified",
    "rungs",
    "rungs_before_news",
    "effects",
    "handlers_called_again",
    "tries_of_clients",
    "answers_503",
    "slowest_503_seconds",
    "without_answer",
    "delivered_again",
    "delivered_out_of_order",
    "longest_pause_seconds",
    "settled_after_seconds",
    "ended_by_themselves",
)


def machine() -> str:
    """What the figures were taken on."""
    cores = Path("/proc/cpuinfo").read_text().count("processor\t")
    names = [it for it in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in it]
    name = names[0].partition(":")[2].strip() if names else platform.machine()
    return f"{cores} x {name}, Linux {platform.release().partition('-')[0]}"
