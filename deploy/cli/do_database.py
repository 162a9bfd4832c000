"""Prepare a PostgreSQL database for production: one role and one schema for each service.

The database and its superuser are those in ONEWINDOW_DATABASE.
"""

import os
from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.console import say
from deploy.local.services import SERVICES
from deploy.production.secret_files import database_role, read_passwords

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)


@app.callback()
def _group() -> None:
    """Makes `setup` a command of its own, also while it is the only one."""


@app.command()
def setup(
    *,
    passwords: Annotated[Path, typer.Option(help="passwords.json of `./onewindow secrets`.")],
) -> None:
    """Make everything that is missing; may be run again at any time, also while services run."""
    from deploy.production.database import set_up_database  # noqa: PLC0415 - --help should not wait

    set_up_database(os.environ.get("ONEWINDOW_DATABASE", ""), read_passwords(passwords), SERVICES)
    for service in SERVICES:
        print(database_role(service))
    say("Each service has its role and its schema; it makes its tables when it starts.")
