"""`catalogue import`: a BPMN 2.0 model as the skeleton of an item."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from deploy.cli.catalogue.options import EXAMPLE, AsJson, Departments, Folder
from services.routing.bpmn import Imported, Wanted, imported
from services.routing.bpmn.skeleton import todo_in
from services.routing.catalogue import read_departments
from shared.errors import Fault, Invalid, NotFound


def import_model(
    file: Annotated[Path, typer.Argument(metavar="FILE.bpmn")],
    *,
    out: Annotated[
        Path | None, typer.Option(help="Write the item to this file, which must not be there.")
    ] = None,
    key: Annotated[str, typer.Option(help="The item's key; else the process's name or id.")] = "",
    department: Annotated[
        str, typer.Option(help="Who leads, and does the steps for which the model names nobody.")
    ] = "",
    catalogue: Folder = EXAMPLE,
    departments: Departments = None,
    as_json: AsJson = False,
) -> None:
    """Make the skeleton of an item from the flow of a BPMN 2.0 model.

    Steps become tasks, gateways conditions, timers at steps limits. A lane or candidate group that
    is called as a department of the catalogue becomes the step's department. What could not be
    carried over is said, element by element; what a person must still say is marked TODO.
    """
    known = read_departments(catalogue, departments)
    wanted = Wanted(key=key, department=department)
    found = imported(_content(file), wanted, known)
    if out is not None:
        _write(out, found.text)
    if as_json:
        print(json.dumps(_plain(found), ensure_ascii=False, indent=2))
        return
    if out is None:
        print(found.text, end="")
    _show(found)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise NotFound(f"{file} cannot be read: {error.strerror}") from error


def _write(out: Path, text: str) -> None:
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise Invalid(Fault("--out", f"{out} is there already: name another file")) from error
    except OSError as error:
        raise Invalid(Fault("--out", f"{out} cannot be written: {error.strerror}")) from error


def _plain(found: Imported) -> dict[str, object]:
    return {
        "item": found.key,
        "yaml": found.text,
        "todo": list(todo_in(found.text)),
        "elements": [asdict(it) for it in found.notes],
    }


def _show(found: Imported) -> None:
    console = Console(stderr=True, markup=False, highlight=False, emoji=False)
    for title, carried in (("carried over", True), ("NOT carried over", False)):
        notes = [it for it in found.notes if it.carried is carried]
        if notes:
            table = Table(box=None, pad_edge=False, title=title, title_justify="left")
            for column in ("element", "id", "name", "what became of it"):
                table.add_column(column, overflow="fold")
            for it in notes:
                table.add_row(it.element, it.id, it.name, it.said)
            console.print(table)
            console.print()
    console.print(f"{len(todo_in(found.text))} lines are marked TODO")
