"""`catalogue check`: every fault of a catalogue, with file, line and path."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from deploy.cli.catalogue.options import EXAMPLE, AsJson, Departments
from services.routing.catalogue import CatalogueFault, check_catalogue, load_catalogue
from services.routing.plan import Item
from shared.errors import NotFound

FAULTY = 1


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
        table.add_column("where", no_wrap=True)
        for column in ("what", "problem"):
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
