"""What a benchmark says: tables for a person, JSON for a program, charts for a page."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from deploy.bench.figures import Figure, goals, over_rounds
from deploy.bench.machine import Machine
from deploy.bench.scenarios import OURS, Rounds

Results = Mapping[str, Mapping[str, Rounds]]

CHARTS = {
    ("cases", "saturated"): ("cases/s at saturation", "cases_per_second"),
    ("cases", "light"): ("p95 to the decision at 5 cases/s, ms", "decided_p95_ms"),
    ("growth", "saturated"): ("cases/s with cases stored", "cases_per_second"),
    ("timers", "together"): ("all that was due at once recorded, s", "seconds_until_all_recorded"),
    ("sdk", "tasks"): ("tasks/s of one worker process", "tasks_per_second"),
}
PEERS_SHOW = (
    "cases_per_second",
    "decided_p50_ms",
    "decided_p95_ms",
    "machine_busy_ms_per_case",
    "stolen_percent",
)
"""What stands in the table for others; the JSON has all of it."""


def printed(machine: Machine, results: Results, *, width: int | None) -> None:
    """Print the machine, each figure as median and span, and which goals are met."""
    console = Console(width=width)
    console.print(str(machine), soft_wrap=True)
    for scenario, kinds in results.items():
        for kind, rounds in kinds.items():
            console.print(_table(f"{scenario}: {kind}", rounds))
    table = Table("goal", "reached", "wanted", "", title="goals")
    for goal in goals(results):
        sign, said = ("at most" if goal.at_most else "at least"), "met" if goal.met else "NOT MET"
        table.add_row(goal.text, f"{goal.reached:,.2f}", f"{sign} {goal.wanted:g}", said)
    console.print(table)


def written(machine: Machine, settings: Mapping[str, Any], results: Results) -> str:
    """Every figure of every round, the medians, and the goals, as JSON."""
    medians = {
        scenario: {
            kind: {who: _plain(over_rounds(them)) for who, them in rounds.items()}
            for kind, rounds in kinds.items()
        }
        for scenario, kinds in results.items()
    }
    whole = {
        "machine": asdict(machine),
        "settings": settings,
        "goals": [{**asdict(goal), "met": goal.met} for goal in goals(results)],
        "medians": medians,
        "rounds": results,
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def charts(results: Results) -> dict[str, dict[str, Figure]]:
    """What is drawn."""
    drawn: dict[str, dict[str, Figure]] = {}
    for (scenario, kind), (title, figure) in CHARTS.items():
        rounds = results.get(scenario, {}).get(kind, {})
        if rounds:
            drawn[title] = {who: over_rounds(them)[figure] for who, them in rounds.items()}
    return drawn


def _table(title: str, rounds: Rounds) -> Table:
    table = Table("who", "figure", "median (least to most)", title=title)
    for who, them in rounds.items():
        shown = over_rounds(them)
        for name, figure in shown.items():
            if who == OURS or "stored" in who or name in PEERS_SHOW:
                table.add_row(who, name, str(figure))
    return table


def _plain(figures: Mapping[str, Figure]) -> dict[str, Any]:
    return {name: asdict(figure) for name, figure in figures.items()}
