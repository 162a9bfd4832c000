"""Send the cases of an event log (IEEE XES) through supervision at their original times.

Says how many cases ended after their deadline, how many are open, and which alerts would have been
raised when; with --people, who would have been told of them, and when. The deadline is the one that
the log gives. Days off are weekends only, since nobody told which holidays the log's office had:
alerts beside a due date are provisional by those.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from deploy.cli.reading import progress_of, zone_of
from deploy.cli.replaypeople import people_of, plain_told, show_told, write_told
from deploy.cli.rowfiles import write_rows
from deploy.local.places import ROOT
from services.supervision import xes
from services.supervision.ladder import RUNGS
from services.supervision.policies import read_policy
from services.supervision.replay import Alert, Attributes, Replay, calendar_of, replay
from services.supervision.replayclimbing import unacknowledged as climbed
from services.supervision.replaytold import Rulings
from shared.worktime import NATION
from shared.worktime.regions import checked_region

POLICIES = ROOT / "deploy" / "catalogue" / "policies.yaml"


def command(
    file: Annotated[Path, typer.Argument(metavar="FILE.xes[.gz]")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
    alerts: Annotated[
        Path | None, typer.Option(help="Write each alert to this file: .csv, or else JSON lines.")
    ] = None,
    zone: Annotated[str, typer.Option(help="The zone of the log's office.")] = "Europe/Amsterdam",
    policies: Annotated[Path, typer.Option(help="The ladder is this file's for `promised`.")] = (
        POLICIES
    ),
    people: Annotated[
        Path | None, typer.Option(help="Who would have been told, by this people.yaml.")
    ] = None,
    region: Annotated[str, typer.Option(help="Of the log's office, for posts in regions.")] = (
        NATION
    ),
    unacknowledged: Annotated[
        bool, typer.Option("--unacknowledged", help="As if nobody acknowledged an alert.")
    ] = False,
    told: Annotated[
        Path | None,
        typer.Option(help="Write each person told to this file: .csv, or else JSON lines."),
    ] = None,
    start: Annotated[str, typer.Option(help="The attribute of a case's beginning.")] = "startdate",
    end: Annotated[str, typer.Option(help="The attribute of a case's end.")] = "enddate",
    deadline: Annotated[str, typer.Option(help="The attribute of its due date.")] = "deadline",
) -> None:
    calendar = calendar_of(zone_of(zone))
    rulings = Rulings(
        policy=read_policy(policies), people=people_of(people), region=checked_region(region)
    )
    with progress_of(file, "Replaying") as advance:
        done = replay(
            xes.read(file, advance),
            ladder=rulings.ladder,
            calendar=calendar,
            attributes=Attributes(start=start, end=end, deadline=deadline),
        )
    if unacknowledged and done.until:
        follows = partial(rulings.following, calendar=calendar)
        done.alerts = climbed(done.alerts, follows, done.until)
    tellings = list(rulings.tellings(done.alerts, calendar)) if people else []
    if alerts:
        _write(alerts, done.alerts)
    if told:
        write_told(told, tellings)
    if as_json:
        more = plain_told(tellings) if people else {}
        print(json.dumps({**_plain(file, done), **more}, ensure_ascii=False, indent=2))
    else:
        _show(done)
        if people:
            show_told(tellings)


def _plain(file: Path, done: Replay) -> dict[str, Any]:
    return {
        "file": file.name,
        "cases": done.cases,
        "ended": done.ended,
        "late": done.late,
        "open": done.open,
        "open_overdue": done.overdue,
        "without_deadline": done.without_deadline,
        "until": done.until.isoformat() if done.until else None,
        "alerts": _by_rung(done.alerts),
        "by_department": _grouped(done.alerts, lambda alert: alert.department),
        "by_month": _grouped(done.alerts, _month),
    }


def _by_rung(alerts: list[Alert]) -> dict[str, int]:
    counts = Counter(alert.rung for alert in alerts)
    return {rung: counts[rung] for rung in RUNGS}


def _grouped(alerts: list[Alert], of: Callable[[Alert], str]) -> dict[str, dict[str, int]]:
    names = sorted({of(alert) for alert in alerts})
    return {name: _by_rung([alert for alert in alerts if of(alert) == name]) for name in names}


def _month(alert: Alert) -> str:
    return f"{alert.at:%Y-%m}"


def _show(done: Replay) -> None:
    console = Console(markup=False, highlight=False, emoji=False)
    until = f" (log ends {done.until:%Y-%m-%d})" if done.until else ""
    console.print(f"{done.cases:,} cases{until}")
    console.print(f"{done.ended:,} ended, {done.late:,} of them late")
    console.print(f"{done.open:,} open, {done.overdue:,} of them past their deadline")
    if done.without_deadline:
        console.print(f"{done.without_deadline:,} without a deadline, which no clock watches")
    table = Table(box=None, pad_edge=False)
    table.add_column("alerts")
    for rung in RUNGS:
        table.add_column(rung, justify="right")
    for name, counts in _rows(done):
        table.add_row(name, *(f"{counts[rung]:,}" for rung in RUNGS))
    console.print()
    console.print(table)


def _rows(done: Replay) -> Iterator[tuple[str, dict[str, int]]]:
    yield "all", _by_rung(done.alerts)
    yield from _grouped(done.alerts, lambda alert: alert.department).items()
    yield from _grouped(done.alerts, _month).items()


def _write(path: Path, alerts: list[Alert]) -> None:
    rows = [
        {
            **asdict(alert),
            "at": alert.at.isoformat(),
            "due_at": alert.due_at.isoformat(),
            "ended": alert.ended.isoformat() if alert.ended else "",
        }
        for alert in alerts
    ]
    write_rows(path, rows, list(Alert.__dataclass_fields__), "alerts")
