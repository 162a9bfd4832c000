"""Where the time of an item's cases goes: tasks, waits, rework; before and after a change.

Of cases that are closed, by the facts that supervision keeps; or of the cases of an event log
(FILE.xes, FILE.xes.gz). Times are hours of business. What is compared is a version (v3) or a period
(2026, 2026-Q3, 2026-09, 2026-09-01..2026-09-15), by the day on which cases were closed.
"""

import json
import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.cli.catalogue.options import EXAMPLE, AsJson, Folder
from deploy.cli.console import say
from deploy.cli.flow.showing import show, show_differences
from deploy.cli.reading import progress_of, zone_of
from deploy.cli.wholefile import whole
from deploy.local.databases import database_of
from services.supervision import xes
from services.supervision.flow.comparing import compared
from services.supervision.flow.drawing import svg
from services.supervision.flow.figures import HOUR, elapsed_in
from services.supervision.flow.logs import courses
from services.supervision.flow.plain import plain, plain_differences
from services.supervision.flow.reading import Map, items, mapped, read
from services.supervision.flow.selection import Selection
from services.supervision.flow.standalone import standalone
from services.supervision.flow.tally import flow_of
from services.supervision.flow.thinning import RARE
from services.supervision.flow.words import Language, Words
from services.supervision.replay import calendar_of
from shared.database import Database
from shared.errors import Fault, Invalid, NotFound
from shared.worktime import NATION, Calendars, read_calendars

MOST = 100_000
"""Cases; a map of more would be the same."""
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE")]


def command(
    item: Annotated[str, typer.Argument(metavar="ITEM|FILE.xes[.gz]", help="An item's key.")],
    *,
    since: Day = None,
    until: Day = None,
    version: Annotated[int | None, typer.Option(help="Of the item.")] = None,
    department: Annotated[str, typer.Option(help="One that had a task in the case.")] = "",
    before: Annotated[
        str, typer.Option(metavar="v2|2026-Q2", help="Compare these cases with --after.")
    ] = "",
    after: Annotated[str, typer.Option(metavar="v3|2026-Q3")] = "",
    as_json: AsJson = False,
    picture: Annotated[
        Path | None, typer.Option("--svg", metavar="FILE", help="Draw the map into this file.")
    ] = None,
    every_edge: Annotated[
        bool, typer.Option("--every-edge", help="Draw also what fewer than 3% of the cases do.")
    ] = False,
    language: Annotated[Language, typer.Option(help="Of the titles: en or zh.")] = "en",
    zone: Annotated[
        str, typer.Option(help="The zone of an event log's office.")
    ] = "Europe/Amsterdam",
    catalogue: Folder = EXAMPLE,
    data: Annotated[
        Path | None, typer.Option(help="A data folder other than the local stack's.")
    ] = None,
) -> None:
    chosen = Selection(
        item=item,
        version=version,
        since=since.date() if since else None,
        until=until.date() if until else None,
        department=department,
    )
    calendars = read_calendars(catalogue)
    words = Words(language=language, day=calendars.of(NATION).hours.length / HOUR)
    if item.endswith((".xes", ".xes.gz")):
        found = _of_log(Path(item), zone)
    else:
        with database_of("supervision", os.environ, data) as database:
            if before or after:
                both = _both(database, calendars, chosen, (before, after))
                titles = both[0].titles | both[1].titles
                differences = compared(both[0].flow, both[1].flow)
                if as_json:
                    told = {"item": item, "before": before, "after": after}
                    _print({**told, "differences": plain_differences(differences)})
                else:
                    show_differences(differences, replace(words, titles=titles))
                return
            found = _of_item(database, calendars, chosen)
    words = replace(words, titles=found.titles)
    if picture:
        drawn = svg(found.flow, words, rare=0.0 if every_edge else RARE)
        with whole(picture) as part:
            part.write_text(standalone(drawn, item), encoding="utf-8")
        say(f"Written to {picture}.")
    if as_json:
        _print({"item": item, "chosen": found.chosen, **plain(found.flow, words)})
    else:
        show(found.flow, words)
        if found.cut:
            print(f"of {found.chosen:,} cases, those that were closed last")


def _of_log(file: Path, zone: str) -> Map:
    own = zone_of(zone)
    with progress_of(file, "Reading") as advance:
        told = courses(xes.read(file, advance), own)
        flow = flow_of(told, elapsed_in(calendar_of(own)))
    return Map(flow=flow, chosen=flow.cases)


def _of_item(database: Database, calendars: Calendars, chosen: Selection) -> Map:
    with database.reading() as tx:
        known = [key for key, _title, _count in items(tx)]
        if chosen.item not in known:
            names = ", ".join(known) or "none yet"
            raise NotFound(f"no case of {chosen.item!r} is closed; there are some of: {names}")
        got = read(tx, chosen, calendars.of(NATION).zone, most=MOST)
    return mapped(got, calendars)


def _both(
    database: Database, calendars: Calendars, chosen: Selection, texts: tuple[str, str]
) -> tuple[Map, Map]:
    """What is compared with what."""
    if not all(texts):
        raise Invalid(Fault("--before, --after", "belong together: say what is compared with what"))
    before, after = (
        _of_item(database, calendars, chosen.narrowed(text, field))
        for text, field in zip(texts, ("--before", "--after"), strict=True)
    )
    return before, after


def _print(told: dict[str, Any]) -> None:
    print(json.dumps(told, ensure_ascii=False, indent=2))
