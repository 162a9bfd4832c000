"""List, show, send again or give up messages that were set aside for a person.

In every service of the stack, or of the environment. Each deed leaves a record of who and when.
"""

import getpass
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import sqlalchemy as sa
import typer
from rich.console import Console
from rich.table import Table

from deploy.cli.console import say
from deploy.local.databases import database_of
from shared.businesstime import CHINA, SETTING, BusinessTime
from shared.database import Database
from shared.delivery import parking
from shared.delivery.parking import Parked
from shared.delivery.topology import SERVICES
from shared.errors import Fault, Invalid, NotFound

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, rich_markup_mode=None)

Id = Annotated[str, typer.Argument(metavar="ID", help="As `parked list` shows it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]
Data = Annotated[
    Path | None, typer.Option("--data", help="A data folder other than the local stack's.")
]


@app.command("list")
def show_all(
    *,
    every: Annotated[bool, typer.Option("--all", help="Those that were settled too.")] = False,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Every message that waits for a person, the oldest of each service first."""
    found: list[tuple[str, Parked]] = []
    for service, database in _databases(data):
        with database.reading() as tx:
            found += [(service, it) for it in parking.listed(tx, every=every)]
    if as_json:
        print(json.dumps([_plain(*it) for it in found], ensure_ascii=False, indent=1))
    elif found:
        _print_table(found)
    else:
        say("No message is parked.")


@app.command()
def show(parked_id: Id, *, as_json: AsJson = False, data: Data = None) -> None:
    """Everything about one message, with its body."""
    with _holding(parked_id, data) as (service, database), database.reading() as tx:
        plain = _plain(service, parking.show(tx, parked_id))
    if as_json:
        print(json.dumps(plain, ensure_ascii=False, indent=1))
        return
    body = plain.pop("body")
    for name, value in plain.items():
        if value not in (None, ""):
            print(f"{name:<14}{value}")
    print()
    print(body if isinstance(body, str) else json.dumps(body))


@app.command()
def redrive(parked_id: Id, *, data: Data = None) -> None:
    """Have the service take a message up again, or send it again."""
    with _holding(parked_id, data) as (service, database), database.transaction() as tx:
        parking.ask_redrive(tx, parked_id, by=getpass.getuser(), now=_now())
    say(f"{service} takes it up again as soon as it runs; it is parked anew if it fails again.")


@app.command()
def discard(
    parked_id: Id,
    *,
    why: Annotated[str, typer.Option("--why", help="Stays on record with your name.")],
    data: Data = None,
) -> None:
    """Give a message up. It stays on record."""
    if not why.strip():
        raise Invalid(Fault("--why", "say why the message is given up"))
    with _holding(parked_id, data) as (service, database), database.transaction() as tx:
        parking.discard(tx, parked_id, by=getpass.getuser(), now=_now(), note=why)
    say(f"Given up; `onewindow parked show {parked_id}` still shows it in {service}.")


def _databases(data: Path | None) -> Iterator[tuple[str, Database]]:
    """The databases of those services that have one; raises NotFound where none has."""
    missing: NotFound | None = None
    found = False
    for service in SERVICES:
        try:
            with database_of(service, os.environ, data) as database:
                if _has_begun(database):
                    found = True
                    yield service, database
        except NotFound as error:
            missing = error
    if not found:
        raise missing or NotFound("The services have not run yet: ./onewindow up starts them.")


def _has_begun(database: Database) -> bool:
    with database.reading() as tx:
        return sa.inspect(tx).has_table("parked")


@contextmanager
def _holding(parked_id: str, data: Path | None) -> Iterator[tuple[str, Database]]:
    """The service that holds a message, with its database; raises NotFound."""
    service = _service_of(parked_id, data)
    with database_of(service, os.environ, data) as database:
        yield service, database


def _service_of(parked_id: str, data: Path | None) -> str:
    for service, database in _databases(data):
        with suppress(NotFound), database.reading() as tx:
            parking.show(tx, parked_id)
            return service
    raise NotFound(f"No message is parked under {parked_id}: see `onewindow parked list`.")


def _now() -> datetime:
    return BusinessTime.parse(os.environ.get(SETTING, ""), production=False).now()


def _plain(service: str, it: Parked) -> dict[str, Any]:
    """What is printed, in the order of its importance."""
    wire = it.wire
    plain = {name: value for name, value in asdict(it).items() if name != "wire"}
    moments = {name: _said(plain[name]) for name in ("parked_at", "settled_at")}
    way = {"exchange": wire.exchange, "key": wire.key, "version": wire.version}
    return {
        "service": service,
        **plain,
        **moments,
        **way,
        "traceparent": wire.traceparent,
        "body": wire.to_plain()["body"],
    }


def _said(moment: datetime | None) -> str | None:
    return moment.astimezone(CHINA).isoformat(timespec="seconds") if moment else None


def _print_table(found: list[tuple[str, Parked]]) -> None:
    table = Table(box=None, pad_edge=False)
    for name in ("SERVICE", "ID", "SINCE", "STATE", "TYPE", "CASE", "FROM"):
        table.add_column(name, no_wrap=True)
    table.add_column("REASON", overflow="fold")
    for service, it in found:
        row = (service, it.id, _said(it.parked_at) or "", it.state, it.type, it.case, it.sender)
        table.add_row(*row, it.reason)
    # A table that is read by a program or through a pipe is not cut.
    Console(highlight=False, markup=False, emoji=False, width=_width()).print(table)


def _width() -> int | None:
    return None if os.isatty(1) else 400
