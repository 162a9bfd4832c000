"""A map, and what two maps differ in, as tables in a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from services.supervision.flow.comparing import Difference
from services.supervision.flow.figures import Figures
from services.supervision.flow.flows import NO_FIGURES, Flow
from services.supervision.flow.words import Words, percent

MOST = 15
"""Rows of a table; `--json` has them all."""


def show(flow: Flow, words: Words) -> None:
    """Print the whole time, what takes most of it, rework, and who waits for whom."""
    console = Console(markup=False, highlight=False, emoji=False, soft_wrap=True)
    console.print(_whole(flow, words))
    if not flow.cases:
        return
    console.print()
    console.print(_bottlenecks(flow, words))
    if flow.rework:
        console.print()
        console.print(_rework(flow, words))
    if flow.waits:
        console.print()
        console.print(_waits(flow, words))


def show_differences(found: Sequence[Difference], words: Words) -> None:
    """Print each figure before and after."""
    table = _table("", ("before", "after", "median before", "median after", "difference", ""))
    for it in found[: MOST + 1]:
        difference = "-" if it.median is None else _signed(it.median, words)
        table.add_row(
            _named(it, words),
            f"{it.earlier.count:,}",
            f"{it.later.count:,}",
            words.time(it.earlier.median),
            words.time(it.later.median),
            difference,
            "few" if it.few else "",
        )
    Console(markup=False, highlight=False, emoji=False, soft_wrap=True).print(table)


def _whole(flow: Flow, words: Words) -> str:
    time = flow.time
    return (
        f"{flow.cases:,} closed cases; from acceptance to close {words.time(time.mean)} on"
        f" average, median {words.time(time.median)}, 90% within {words.time(time.p90)};"
        " tasks without the stops of their clocks"
    )


def _bottlenecks(flow: Flow, words: Words) -> Table:
    table = _table("where time goes", ("times", "share", "median", "p90"))
    for it in flow.bottlenecks[:MOST]:
        if edge := flow.edge(it.before, it.after):
            name, time = _arrow(it.before, it.after, words), edge.waiting
        elif it.part == "stopped":
            name, time = f"{words.title(it.before)}, clock stopped", NO_FIGURES
        else:
            name, time = words.title(it.before), _handling(flow, it.before)
        figures = f"{it.count:,}", percent(it.share), words.time(time.median), words.time(time.p90)
        table.add_row(name, *figures)
    return table


def _handling(flow: Flow, task: str) -> Figures:
    return next(it.handling for it in flow.nodes if it.task == task)


def _rework(flow: Flow, words: Words) -> Table:
    table = _table("again", ("times", "cases", "returned", "time"))
    table.add_column("after it was")
    for it in flow.rework[:MOST]:
        because = ", ".join(f"{name} {count}" for name, count in it.because.items())
        counts = f"{it.again:,}", f"{it.cases:,}", f"{it.returns:,}", words.time(it.hours)
        table.add_row(words.title(it.task), *counts, because)
    return table


def _waits(flow: Flow, words: Words) -> Table:
    table = _table("department", ("times", "mean", "median", "altogether"))
    for it in flow.waits[:MOST]:
        times = words.time(it.time.mean), words.time(it.time.median), words.time(it.time.total)
        table.add_row(f"{it.department} waits for {it.on}", f"{it.time.count:,}", *times)
    return table


def _table(first: str, numbers: Sequence[str]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(first)
    for name in numbers:
        table.add_column(name, justify="right")
    return table


def _named(it: Difference, words: Words) -> str:
    if it.kind == "case":
        return "whole cases"
    return words.title(it.before) if it.kind == "task" else _arrow(it.before, it.after, words)


def _arrow(before: str, after: str, words: Words) -> str:
    return f"{words.title(before)} → {words.title(after)}"


def _signed(hours: float, words: Words) -> str:
    return f"{'+' if hours > 0 else '-' if hours < 0 else '±'}{words.time(abs(hours))}"
