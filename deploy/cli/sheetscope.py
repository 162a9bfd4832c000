"""What the commands of performance sheets have in common: which figures are meant."""

import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from services.supervision.sheets.periods import period_of
from services.supervision.sheets.scope import Scope
from shared.worktime import NATION, read_calendars

Language = Annotated[Literal["en", "zh"], typer.Option(help="Of the words: en or zh.")]
Named = Annotated[str, typer.Option("--period", metavar="PERIOD", help="Such as 2026-Q3.")]
Region = Annotated[str, typer.Option(help="Only this region and those in it; else all.")]
Item = Annotated[str, typer.Option(help="Only tasks of this service item.")]
Version = Annotated[int, typer.Option(help="As it was published; else as counted now.")]
Data = Annotated[Path | None, typer.Option(help="A data folder other than the local stack's.")]


def scope_of(
    period: str, region: str, item: str, catalogue: Path, *, department: str = ""
) -> Scope:
    """The scope of what is asked for, in the zone of the office."""
    calendar = read_calendars(catalogue).of(os.environ.get("ONEWINDOW_REGION", NATION))
    return Scope(
        period=period_of(period),
        zone=calendar.zone,
        region=region,
        item=item,
        department=department,
    )
