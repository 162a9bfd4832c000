"""Make the passwords of a stack elsewhere, each once, in a folder of their own.

Run again after a department was added: what is there stays. `--renew broker/department.tax` makes
that password anew; `broker setup` and `database setup` then tell the servers.
"""

from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.console import say
from deploy.local.services import CATALOGUE, SERVICES, departments
from deploy.production.secret_files import Servers, write_secrets


def command(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Only its owner may enter it.")],
    *,
    catalogue: Annotated[
        Path, typer.Option(envvar="ONEWINDOW_CATALOGUE", help="Folder with departments.yaml.")
    ] = CATALOGUE,
    broker: Annotated[
        str, typer.Option(help=f"HOST:PORT/VHOST; as before, at first {Servers.broker}.")
    ] = "",
    database: Annotated[
        str, typer.Option(help=f"HOST:PORT/NAME; as before, at first {Servers.database}.")
    ] = "",
    renew: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A password to make anew; may be repeated."),
    ] = None,
) -> None:
    workers = [f"department.{name}" for name, desk in departments(catalogue).items() if not desk]
    made = write_secrets(
        folder,
        Servers.told(folder, broker=broker, database=database),
        services=SERVICES,
        departments=workers,
        renew=renew or (),
    )
    for name in made:
        print(name)
    say(f"{len(made)} passwords made in {folder}." if made else f"Nothing was missing in {folder}.")
