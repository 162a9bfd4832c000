"""Balance the codes: issued = received + open + decided + withdrawn + refused + parked.

Every code that intake gave must stand once in routing, and routing, intake and supervision must say
the same of it, or the message that is missing must be found. Exit status 1 if it does not balance.
"""

import json
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from deploy.local.broker_admin import BrokerAdmin, BrokerRefused
from deploy.local.places import Places
from deploy.local.postgres import Postgres
from deploy.local.state import NotRunning, StackState
from deploy.reconcile.balance import Balance
from deploy.reconcile.books import Ledgers, reconcile
from shared.errors import NotFound, Unavailable

SHOWN = 50
"""Codes that differ and are explained; of the others every one is shown."""


def command(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
    data: Annotated[
        Path | None, typer.Option(help="A data folder other than the local stack's.")
    ] = None,
) -> None:
    folder, url = _place(os.environ, data)
    with Ledgers(data=folder, url=url) as ledgers:
        found = reconcile(ledgers, lambda: _waiting(os.environ))
    if as_json:
        print(json.dumps({"balanced": found.balanced, **asdict(found)}, indent=1))
    else:
        _show(found)
    if not found.balanced:
        raise typer.Exit(1)


def _place(environ: Mapping[str, str], data: Path | None) -> tuple[Path, str]:
    """Where the databases are: in `data`, as the environment says, or in the local stack."""
    stack = Places.from_environment(environ).stack
    folder = data or Path(environ.get("ONEWINDOW_DATA") or stack / "data")
    url = "" if data else environ.get("ONEWINDOW_DATABASE", "")
    if url or (folder / "intake.db").exists():
        return folder, url
    if data or not (stack / "postgres").exists():
        raise NotFound(f"There are no cases in {folder}: ./onewindow up makes a stack.")
    return folder, Postgres(stack / "postgres").url("onewindow")


def _waiting(environ: Mapping[str, str]) -> dict[str, int]:
    """How many messages wait in the broker for each service; nothing if it cannot be asked."""
    try:
        address = StackState.running(Places.from_environment(environ).state).broker
        queues = BrokerAdmin(address).queues(address.vhost)
    except (NotRunning, Unavailable, BrokerRefused):
        return {}
    depths: Counter[str] = Counter()
    for queue in queues:
        depths[queue.name.partition(".")[0]] += queue.ready + queue.unacknowledged
    return dict(depths)


def _show(found: Balance) -> None:
    table = Table(box=None, pad_edge=False, show_header=False)
    for name in ("issued", "received", "open", "decided", "withdrawn", "refused", "parked"):
        table.add_row(name, str(getattr(found, name)))
    console = Console(highlight=False, emoji=False)
    console.print(table)
    explained = [it for it in found.differences if it.because]
    for it in explained[:SHOWN]:
        print(f"{it.code}  {it.problem}: {it.because}")
    if len(explained) > SHOWN:
        print(f"... and {len(explained) - SHOWN} more that are on their way")
    for it in found.unexplained:
        print(f"{it.code}  DIFFERS: {it.problem}")
    print("balanced" if found.balanced else "DOES NOT BALANCE")
