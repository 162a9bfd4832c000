"""The list behind a figure of a performance sheet, on the command line."""

import json
import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Any

import sqlalchemy as sa
import typer

from deploy.cli.catalogue.options import EXAMPLE, AsJson, Folder
from deploy.cli.columns import aligned
from deploy.cli.console import say
from deploy.cli.naming import check_known, departments_of
from deploy.cli.rowfiles import write_rows
from deploy.cli.sheetscope import Data, Item, Language, Named, Region, Version, scope_of
from deploy.local.databases import database_of
from services.supervision.sheets import kept, publishing
from services.supervision.sheets.behind import Behind, Counted, Part, Source, counted_from
from services.supervision.sheets.behindrows import Key, Row, rows_of
from services.supervision.sheets.figures import OF_KEY
from services.supervision.sheets.kept import Kept
from services.supervision.sheets.scope import Scope
from shared.errors import Fault, Invalid, NotFound
from shared.worktime.words import span

ALL = "all"
SHOWN = 50
AT_ONCE = 500
"""Tasks or cards that are asked for in one statement."""


def command(
    department: Annotated[str, typer.Argument(metavar="DEPARTMENT", help="Its key, or `all`.")],
    figure: Annotated[
        str, typer.Argument(metavar="FIGURE", help="Its key: late, on_time_rate, red, ...")
    ],
    *,
    period: Named,
    region: Region = "",
    item: Item = "",
    version: Version = 0,
    of: Annotated[
        bool, typer.Option("--of", help="Of a share: all that it is a share of.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option(min=1, help=f"At most so many; else {SHOWN}, in files all.")
    ] = None,
    language: Language = "en",
    as_json: AsJson = False,
    csv: Annotated[
        Path | None, typer.Option(help="Write them to this file: .csv, or else JSON lines.")
    ] = None,
    catalogue: Folder = EXAMPLE,
    data: Data = None,
) -> None:
    """List what a figure counts: its tasks, cards or ratings.

    Tasks that used most of their limit stand first. Of a published version they are as they were
    counted then, and each says what it became since: `changed`, `gone` or `withdrawn`.
    """
    check_known("FIGURE", figure, OF_KEY, where="a sheet")
    if version and item:
        raise Invalid(Fault("--item", "no sheet is published of one item; leave it or --version"))
    known = {ALL, *departments_of(catalogue)}
    own = "" if department == ALL else department
    scope = scope_of(period, region, item, catalogue, department=own)
    part = Part(most=limit or (None if as_json or csv else SHOWN))
    with database_of("supervision", os.environ, data) as database, database.reading() as tx:
        found = counted_from(tx, _source(tx, scope, version), OF_KEY[figure], part, of=of)
        since = _since(tx, found) if version else {}
    if not found.count:
        check_known("DEPARTMENT", department, known, where="the catalogue")
    rows = [{**row, "since": since.get(key, "")} for key, row in rows_of(found, scope.zone)]
    if csv:
        flat = [_flat(it, language) for it in rows]
        write_rows(csv, flat, list(flat[0]) if flat else ["case"], "--csv")
        say(f"{csv} is written: {len(rows)} rows.")
    if as_json:
        told = {"period": scope.period.name, "region": region, "item": item, "version": version}
        told |= {"department": own, "figure": figure, "found": found.count, "rows": rows}
        print(json.dumps(told, ensure_ascii=False, indent=2))
    elif not csv:
        title = getattr(OF_KEY[figure].title, language)
        print(f"{title}, {department}, {scope.period.name}: {found.count}")
        print(
            "".join(f"{line}\n" for line in aligned([_cells(it, language) for it in rows])), end=""
        )
        if len(rows) < found.count:
            say(f"The first {len(rows)} of {found.count}: see --limit.")


def _source(tx: sa.Connection, scope: Scope, version: int) -> Source:
    """What was counted: now, or when a version was published."""
    if not version:
        return Counted(scope=scope)
    shown = publishing.published(tx, scope.period.name, scope.region, version)
    if shown is None:
        raise NotFound(f"{scope.period.name} has no version {version}: see `sheet versions`")
    if not shown.listed:
        raise NotFound(f"what version {version} counted was not kept when it was published")
    return Kept(
        period=scope.period.name,
        region=scope.region,
        version=version,
        department=scope.department,
    )


def _since(tx: sa.Connection, found: Behind) -> Mapping[Key, str]:
    """What has become of the rows of a published list, by their keys."""
    since: dict[Key, str] = {}
    for some in _parts(found.tasks):
        told = kept.changed(tx, some)
        since |= {key: "gone" if now is None else "changed" for key, now in told.items()}
    for some in _parts(found.cards):
        since |= dict.fromkeys(kept.withdrawn(tx, some), "withdrawn")
    return since


def _parts(rows: Any) -> Collection[Any]:
    return [rows[first : first + AT_ONCE] for first in range(0, len(rows), AT_ONCE)]


def _flat(row: Row, language: str) -> Row:
    return {**row, "title": row["title"][language]} if "title" in row else row


def _cells(row: Row, language: str) -> list[str]:
    """What a line of the list shows, of a task, a card or a rating."""
    cells = [row["case"], row["department"]]
    if "ending" in row:
        limit = span(language, row["budget"], row["unit"]) if row["budget"] else "no limit"
        used = f"{row['used']:.4g} of {limit}" if row["budget"] else limit
        cells += [row["title"][language] or row["task"], row["ending"], used]
        cells += ["late" if row["late"] else "", f"ended {row['ended_at'][:16]}"]
    elif "card" in row:
        cells += [row["card"], f"raised {row['at'][:16]}", row["title"][language]]
    else:
        cells += [f"{row['level']} of 5", f"rated {row['at'][:16]}", row["comment"]]
    since = row["since"]
    return [*cells, f"{since} since" if since else ""]
