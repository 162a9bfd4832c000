"""Who would have been told of the alerts of a replay: in a terminal, as JSON, as a file."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from deploy.cli.rowfiles import write_rows
from services.supervision.ladder import RUNGS
from services.supervision.people import NO_PEOPLE, People
from services.supervision.peoplefile import read_people
from services.supervision.replaytold import Telling, Untold
from shared.errors import Fault, Invalid

COLUMNS = ("at", "person", "name", "rung", "channels", "case", "alerted_at", "alerted_as", "why")
Tellings = Sequence[Telling | Untold]


class _EveryVariable(dict[str, str]):
    """A replay sends nothing, so it asks for no address: every variable is taken to be set."""

    def get(self, _name: str, _default: Any = None) -> str:
        return "-"


def people_of(path: Path | None) -> People:
    """The people of a file; nobody without one."""
    if path is None:
        return NO_PEOPLE
    if not path.exists():
        raise Invalid(Fault("--people", f"{path} is not there"))
    return read_people(path, _EveryVariable())[0]


def plain_told(tellings: Tellings) -> dict[str, Any]:
    """Counts of who is told, by person, rung and month; and of what tells nobody, with why."""
    return {
        "told": [
            {"person": person, "name": some[0].name, **_counts(some)}
            for person, some in _by_person(tellings)
        ],
        "nobody": {
            "alerts": sum(isinstance(it, Untold) for it in tellings),
            "because": dict(_reasons(tellings).most_common()),
        },
    }


def show_told(tellings: Tellings) -> None:
    """Print who is told, by rung, and by month."""
    table = Table(box=None, pad_edge=False)
    table.add_column("told")
    for name in (*RUNGS, "all", "after quiet hours"):
        table.add_column(name, justify="right")
    for person, some in _by_person(tellings):
        counts = _counts(some)
        table.add_row(f"{some[0].name} ({person})", *_cells(counts))
        for month, own in counts["by_month"].items():
            table.add_row(f"  {month}", *_cells(own))
    console = Console(markup=False, highlight=False, emoji=False)
    console.print()
    console.print(table)
    nobody = sum(isinstance(it, Untold) for it in tellings)
    if nobody:
        print(f"\n{nobody:,} alerts name nobody")
    for reason, count in _reasons(tellings).most_common():
        print(f"  {count:,}: {reason}")


def write_told(path: Path, tellings: Tellings) -> None:
    """Write a row for each person and alert."""
    rows = [
        {
            "at": it.at.isoformat(),
            "person": it.person,
            "name": it.name,
            "rung": it.rung,
            "channels": " ".join(it.channels),
            "case": it.alert.case,
            "alerted_at": it.alert.at.isoformat(),
            "alerted_as": it.alert.rung,
            "why": it.why.en,
        }
        for it in tellings
        if isinstance(it, Telling)
    ]
    write_rows(path, rows, COLUMNS, "told")


def _by_person(tellings: Tellings) -> Iterator[tuple[str, list[Telling]]]:
    told = [it for it in tellings if isinstance(it, Telling)]
    for person in sorted({it.person for it in told}):
        yield person, [it for it in told if it.person == person]


def _counts(some: Sequence[Telling]) -> dict[str, Any]:
    months = sorted({f"{it.at:%Y-%m}" for it in some})
    by_month = {
        month: _by_rung([it for it in some if f"{it.at:%Y-%m}" == month]) for month in months
    }
    return {**_by_rung(some), "by_month": by_month}


def _by_rung(some: Sequence[Telling]) -> dict[str, Any]:
    counts = Counter(it.alert.rung for it in some)
    return {
        "alerts": len(some),
        "after_quiet_hours": sum(it.quiet for it in some),
        "rungs": {rung: counts[rung] for rung in RUNGS},
        "channels": dict(Counter(" ".join(it.channels) for it in some).most_common()),
    }


def _cells(counts: dict[str, Any]) -> Iterator[str]:
    yield from (f"{counts['rungs'][rung]:,}" for rung in RUNGS)
    yield f"{counts['alerts']:,}"
    yield f"{counts['after_quiet_hours']:,}"


def _reasons(tellings: Tellings) -> Counter[str]:
    untold = (it for it in tellings if isinstance(it, Untold))
    return Counter(reason.en for it in untold for reason in it.reasons)
