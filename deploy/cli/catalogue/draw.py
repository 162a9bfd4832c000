"""`catalogue draw`: the plan of an item as a picture."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.catalogue.options import EXAMPLE, Departments, Folder, ItemName, item_in
from services.routing.catalogue import load_catalogue
from services.routing.drawing import mermaid, svg


class Picture(StrEnum):
    """The kinds of picture that an item can be drawn as."""

    MERMAID = "mermaid"
    SVG = "svg"


class Language(StrEnum):
    """The languages that everything in a catalogue is written in."""

    ZH = "zh"
    EN = "en"


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
    known = load_catalogue(catalogue, departments)
    item = item_in(known, name)
    as_svg = form is Picture.SVG or (out is not None and out.suffix == ".svg")
    picture = (svg if as_svg else mermaid)(item, language.value, known.departments)
    if out is None:
        print(picture, end="")
    else:
        out.write_text(picture, "utf-8")
