"""List the channels by which people are told of alerts, and send them a test message.

Who they are stands in people.yaml of the catalogue. Addresses that stand in variables or files are
read here as supervision reads them, so set the variables that it has.
"""

import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from deploy.cli.catalogue.options import EXAMPLE, AsJson, Folder
from deploy.cli.console import say
from deploy.cli.naming import check_folder, nearby
from deploy.cli.trying import Tried, tried
from services.supervision.notices.call import kind_of
from services.supervision.people import People, Person
from services.supervision.peoplefile import FILE, read_people
from shared.errors import NotFound

UNTOLD = 1

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, rich_markup_mode=None)
Who = Annotated[str, typer.Argument(metavar="PERSON", help="Their key in people.yaml.")]


@app.command("list")
def listed(*, as_json: AsJson = False, catalogue: Folder = EXAMPLE) -> None:
    """List everybody's channels in the order in which they are tried, without the addresses."""
    people, missing = _people(catalogue)
    rows = [
        {"person": it.key, "name": it.name, "channel": address.channel, "kind": kind_of(address)}
        for it in people.persons.values()
        for address in it.addresses
    ]
    if as_json:
        print(json.dumps({"channels": rows, "missing": missing}, ensure_ascii=False, indent=2))
        return
    _table([{**it, "kind": it["kind"] or "UNREADABLE"} for it in rows], ("person", "name"))
    for address in missing:
        say(f"left out: {address}")


@app.command()
def test(person: Who, *, as_json: AsJson = False, catalogue: Folder = EXAMPLE) -> None:
    """Send a test message by each of a person's channels; exit status 1 unless all took it."""
    people, missing = _people(catalogue)
    who = _person(people, person, catalogue)
    results = tried(who)
    missing = tuple(it for it in missing if it.startswith(f"people.{person}."))
    if as_json:
        told = {"person": person, "channels": [_plain(it) for it in results], "missing": missing}
        print(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        _table([_plain(it) for it in results], ())
        for address in missing:
            say(f"left out: {address}")
    if missing or not results or not all(it.told for it in results):
        raise typer.Exit(UNTOLD)


def _people(catalogue: Path) -> tuple[People, tuple[str, ...]]:
    check_folder(catalogue)
    return read_people(catalogue / FILE, os.environ)


def _person(people: People, key: str, catalogue: Path) -> Person:
    if key not in people.persons:
        raise NotFound(f"{catalogue / FILE} has no {key!r}; {nearby(key, people.persons)}")
    return people.persons[key]


def _plain(it: Tried) -> dict[str, Any]:
    return {
        "channel": it.channel,
        "kind": it.kind or "unreadable",
        "told": it.told,
        "seconds": round(it.seconds, 1),
        "error": it.error,
    }


def _table(rows: list[dict[str, Any]], first: tuple[str, ...]) -> None:
    if not rows:
        print("no channels")
        return
    names = [*first, *(it for it in rows[0] if it not in first)]
    table = Table(*(it.upper() for it in names), box=None, pad_edge=False)
    for row in rows:
        table.add_row(
            *(
                "yes" if row[it] is True else "NO" if row[it] is False else str(row[it])
                for it in names
            )
        )
    Console(width=None).print(table)
