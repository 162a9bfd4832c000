"""Check the service items of a catalogue, draw an item's plan, or simulate a case of it."""

import json
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from deploy.cli.forecasting import plain, show
from deploy.forecast import Supposed, forecast
from deploy.local.places import ROOT
from services.routing.catalogue import CatalogueFault, check_catalogue, load_catalogue
from services.routing.catalogue.yamltext import Broken, read
from services.routing.drawing import mermaid, svg
from services.routing.plan import Catalogue, Item
from shared.errors import Fault, Invalid, NotFound
from shared.worktime import Calendar, china, read_table

FAULTY = 1
EXAMPLE = ROOT / "deploy" / "catalogue"

Departments = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Read in the place of the catalogue's departments.yaml."),
]
Folder = Annotated[
    Path, typer.Option("--catalogue", envvar="ONEWINDOW_CATALOGUE", help="The catalogue folder.")
]
ItemName = Annotated[str, typer.Argument(metavar="ITEM", help="Its key, as in `item:`.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)


class Picture(StrEnum):
    """The kinds of picture that an item can be drawn as."""

    MERMAID = "mermaid"
    SVG = "svg"


class Language(StrEnum):
    """The languages that everything in a catalogue is written in."""

    ZH = "zh"
    EN = "en"


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(metavar="DIR")] = EXAMPLE,
    departments: Departments = None,
    as_json: AsJson = False,
) -> None:
    """Say every fault of the catalogue in DIR; without DIR, of the example catalogue.

    Exit status 1 if there is a fault: such a catalogue would be refused as a whole.
    """
    if not folder.is_dir():
        raise NotFound(f"There is no folder {folder}: name the one that has departments.yaml.")
    faults = check_catalogue(folder, departments)
    items = [] if faults else list(load_catalogue(folder, departments).items.values())
    if as_json:
        print(json.dumps(_plain(faults, items), ensure_ascii=False, indent=2))
    else:
        _show(faults, items)
    if faults:
        raise typer.Exit(FAULTY)


@app.command()
def simulate(
    name: ItemName,
    *,
    form: Annotated[Path, typer.Option(metavar="FILE", help="The form, as YAML or JSON.")],
    results: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="What departments state: {task: {field: value}}."),
    ] = None,
    begin: Annotated[
        datetime | None, typer.Option(help="When it is accepted; now unless said otherwise.")
    ] = None,
    region: Annotated[str, typer.Option(help="GB/T 2260; it may choose departments.")] = "",
    catalogue: Folder = EXAMPLE,
    departments: Departments = None,
    as_json: AsJson = False,
) -> None:
    """Say what would happen to a case of ITEM, with dates, without doing anything.

    Everybody is taken to approve on the last day of their limits.
    """
    known = load_catalogue(catalogue, departments)
    item, calendar = _item(known, name), _calendar(catalogue)
    moment = begin or datetime.now(calendar.zone)
    supposed = Supposed(
        form=_mapping(form),
        results=_mapping(results) if results else {},
        begins=moment if moment.tzinfo else moment.replace(tzinfo=calendar.zone),
        region=region,
    )
    found = forecast(item, known.departments, supposed, calendar)
    if as_json:
        print(json.dumps(plain(item, found, calendar), ensure_ascii=False, indent=2))
    else:
        show(found, calendar)


@app.command()
def draw(
    name: ItemName,
    *,
    form: Annotated[Picture, typer.Option("--as", help="The kind of picture.")] = Picture.MERMAID,
    out: Annotated[Path | None, typer.Option(help="Write it to this file.")] = None,
    language: Annotated[Language, typer.Option(help="Of the titles.")] = Language.ZH,
    catalogue: Folder = EXAMPLE,
    departments: Departments = None,
) -> None:
    """Draw the plan of ITEM; the way that may take longest is marked.

    The kind of picture is Mermaid, or what the name of the file says.
    """
    item = _item(load_catalogue(catalogue, departments), name)
    as_svg = form is Picture.SVG or (out is not None and out.suffix == ".svg")
    picture = (svg if as_svg else mermaid)(item, language.value)
    if out is None:
        print(picture, end="")
    else:
        out.write_text(picture, "utf-8")


def _item(catalogue: Catalogue, name: str) -> Item:
    item = catalogue.items.get(name)
    if item is None:
        names = ", ".join(catalogue.items)
        raise NotFound(f"There is no item {name!r}: the catalogue has {names}.")
    return item


def _calendar(catalogue: Path) -> Calendar:
    table = catalogue / "calendar.yaml"
    return Calendar(read_table(table)) if table.exists() else china()


def _mapping(file: Path) -> dict[str, Any]:
    try:
        value = read(file.read_text("utf-8")).value
    except (OSError, UnicodeDecodeError) as error:
        raise NotFound(f"{file} cannot be read: {error}") from error
    except Broken as error:
        raise Invalid(Fault(f"{file}:{error.line}", error.problem)) from error
    if not isinstance(value, dict):
        raise Invalid(Fault(str(file), "must be a mapping of names to values"))
    return value


def _plain(faults: list[CatalogueFault], items: list[Item]) -> dict[str, object]:
    return {
        "items": [{"item": it.key, "version": it.version, "tasks": len(it.tasks)} for it in items],
        "faults": [
            {"file": it.file, "line": it.line, "path": it.field, "problem": it.problem}
            for it in faults
        ],
    }


def _show(faults: list[CatalogueFault], items: list[Item]) -> None:
    table = Table(box=None, pad_edge=False)
    if faults:
        for column in ("where", "what", "problem"):
            table.add_column(column, overflow="fold")
        for it in faults:
            table.add_row(f"{it.file}:{it.line}", it.field, it.problem)
    else:
        for column in ("item", "version", "tasks", "title"):
            table.add_column(column)
        for item in items:
            table.add_row(item.key, str(item.version), str(len(item.tasks)), item.title.zh)
    console = Console(markup=False, highlight=False, emoji=False)
    console.print(table)
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    console.print(f"\n{count}" if faults else f"\n{len(items)} items, no fault")
