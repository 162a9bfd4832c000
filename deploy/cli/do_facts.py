"""Find the facts behind performance sheets anew, from the traces of all cases.

Needed once after an upgrade from a version without them; and whenever somebody doubts a figure.
"""

import os
from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.catalogue.options import EXAMPLE, Folder
from deploy.cli.console import say
from deploy.local.databases import database_of
from services.supervision.domain import Rules
from services.supervision.policies import read_policy
from services.supervision.refacting import rebuild as rebuild_all
from shared.migrating import migrate
from shared.worktime import NATION, read_calendars

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@app.callback()
def facts() -> None:
    """Find the facts behind performance sheets anew, from the traces of all cases."""


@app.command()
def rebuild(
    *,
    catalogue: Folder = EXAMPLE,
    data: Annotated[
        Path | None, typer.Option(help="A data folder other than the local stack's.")
    ] = None,
) -> None:
    """Read every trace and write its facts, a few hundred cases at a time; services may run."""
    calendars = read_calendars(catalogue)
    rules = Rules(
        calendar=calendars.of(os.environ.get("ONEWINDOW_REGION", NATION)),
        policy=read_policy(catalogue / "policies.yaml"),
        calendars=calendars,
    )
    with database_of("supervision", os.environ, data) as database:
        migrate(database)
        known = rebuild_all(database, rules)
    say(f"{known} assignments have ended; their facts are as their traces tell.")
