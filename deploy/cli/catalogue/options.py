"""What the commands of the catalogue have in common: their arguments, and what these stand for."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.local.places import ROOT
from services.routing.catalogue.yamltext import Broken, read
from services.routing.plan import Catalogue, Item
from shared.errors import Fault, Invalid, NotFound
from shared.worktime import NATION, Calendar, read_calendars

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


def item_in(catalogue: Catalogue, name: str) -> Item:
    """The item of that key; raises NotFound."""
    item = catalogue.items.get(name)
    if item is None:
        names = ", ".join(catalogue.items)
        raise NotFound(f"There is no item {name!r}: the catalogue has {names}.")
    return item


def calendar_of(catalogue: Path) -> Calendar:
    """The calendar of a catalogue for the region of this deployment, or that of China."""
    return read_calendars(catalogue).of(os.environ.get("ONEWINDOW_REGION", NATION))


def mapping_in(file: Path) -> dict[str, Any]:
    """A file of names and values, YAML or JSON; raises NotFound, Invalid."""
    try:
        value = read(file.read_text("utf-8")).value
    except (OSError, UnicodeDecodeError) as error:
        raise NotFound(f"{file} cannot be read: {error}") from error
    except Broken as error:
        raise Invalid(Fault(f"{file}:{error.line}", error.problem)) from error
    if not isinstance(value, dict):
        raise Invalid(Fault(str(file), "must be a mapping of names to values"))
    return value
