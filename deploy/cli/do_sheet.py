"""Performance sheets of departments: show those of a period, write them to a file, publish them.

A period is a month, a quarter, a year or any days: 2026-09, 2026-Q3, 2026, 2026-07-01..2026-08-15.
"""

import json
import os
from pathlib import Path
from typing import Annotated

import sqlalchemy as sa
import typer

from deploy.cli import sheetlists
from deploy.cli.catalogue.options import EXAMPLE, AsJson, Folder
from deploy.cli.console import say
from deploy.cli.ordering import now
from deploy.cli.sheetscope import Data, Item, Language, Named, Region, Version, scope_of
from deploy.local.databases import database_of
from deploy.local.packages import CHINESE_FONT, ensure
from deploy.local.places import Places
from services.supervision.board.names import Names
from services.supervision.sheets import publishing, told
from services.supervision.sheets.periods import period_of
from services.supervision.sheets.report import Report, plain, table
from services.supervision.sheets.rules import FILE, read_rules
from services.supervision.sheets.scope import Scope
from shared.errors import NotFound

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@app.command()
def show(
    department: Annotated[
        str, typer.Argument(metavar="[DEPARTMENT]", help="Its key; else all of them.")
    ] = "",
    *,
    period: Named,
    region: Region = "",
    item: Item = "",
    version: Version = 0,
    language: Language = "en",
    as_json: AsJson = False,
    csv: Annotated[Path | None, typer.Option(help="Write a CSV file.")] = None,
    xlsx: Annotated[Path | None, typer.Option(help="Write a spreadsheet.")] = None,
    pdf: Annotated[Path | None, typer.Option(help="Write a PDF.")] = None,
    catalogue: Folder = EXAMPLE,
    data: Data = None,
) -> None:
    """Show the figures of a period, or write them to files."""
    scope = scope_of(period, region, item, catalogue)
    with database_of("supervision", os.environ, data) as database, database.reading() as tx:
        found = _one(_report(tx, scope, version, catalogue), department)
    names = Names(catalogue=catalogue)
    files = {kind: it for kind, it in (("csv", csv), ("xlsx", xlsx), ("pdf", pdf)) if it}
    if pdf:
        ensure(CHINESE_FONT, log=Places.from_environment(os.environ).packages_log, say=say)
    for kind, file in files.items():
        file.write_bytes(
            told.file_of(found, kind, language, lambda it: names.department(it, language))
        )
        say(f"{file} is written.")
    if as_json:
        print(json.dumps(plain(found), ensure_ascii=False, indent=2))
    elif not files:
        print("\n".join(_lines(found, language, names)))


app.command("tasks")(sheetlists.command)


@app.command()
def publish(
    *,
    period: Named,
    by: Annotated[str, typer.Option(help="Who publishes them, by name.")],
    reason: Annotated[str, typer.Option(help="What a further version corrects.")] = "",
    region: Region = "",
    as_json: AsJson = False,
    catalogue: Folder = EXAMPLE,
    data: Data = None,
) -> None:
    """Keep the figures of a period as they are, for ever; a correction is a further version."""
    rules = read_rules(catalogue / FILE)
    scope = scope_of(period, region, "", catalogue)
    with (
        database_of("supervision", os.environ, data) as database,
        database.transaction(one_picture=True) as tx,
    ):
        counted = told.count(tx, scope, rules, now())
        done = publishing.publish(tx, counted, scope, rules, by=by, reason=reason)
    if as_json:
        print(json.dumps(plain(done), ensure_ascii=False, indent=2))
    else:
        say(f"The sheets of {done.period} are published: version {done.version}, by {done.by}.")


@app.command()
def versions(
    *, period: Named, region: Region = "", as_json: AsJson = False, data: Data = None
) -> None:
    """The published versions of a period."""
    with database_of("supervision", os.environ, data) as database, database.reading() as tx:
        found = publishing.versions(tx, period_of(period).name, region)
    rows = [{**it._mapping, "published_at": it.published_at.isoformat()} for it in found]
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        print(f"{row['version']}  {row['published_at']}  {row['by']}  {row['reason']}".rstrip())
    if not rows:
        say(f"{period} is not published.")


def _report(tx: sa.Connection, scope: Scope, version: int, catalogue: Path) -> Report:
    if not version:
        return told.count(tx, scope, read_rules(catalogue / FILE), now())
    found = publishing.published(tx, scope.period.name, scope.region, version)
    if found is None:
        raise NotFound(f"{scope.period.name} has no version {version}: see `sheet versions`")
    return found


def _one(found: Report, department: str) -> Report:
    if not department:
        return found
    if found.line(department) is None:
        raise NotFound(f"no task of {department!r} ended in {found.period}, and it has no card")
    return found.only(department)


def _lines(found: Report, language: str, names: Names) -> list[str]:
    """Departments side by side do not fit a terminal: each has a paragraph."""
    rows = table(found, language, lambda it: names.department(it, language))
    lines = told.notes(found, language)
    for row in rows[1:]:
        lines += ["", row[0]]
        lines += [f"  {cell:>9}  {head}" for head, cell in zip(rows[0][1:], row[1:], strict=True)]
    return lines
