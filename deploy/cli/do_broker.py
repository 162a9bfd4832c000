"""Prepare a broker for production: topology, users and permissions.

The broker and its administrator are those in AMQP_URI; its management API is asked at
ONEWINDOW_BROKER_API, or at port 15672 of the same host.
"""

import os
from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.console import say
from deploy.local.broker_address import BrokerAddress
from deploy.local.broker_admin import BrokerAdmin
from deploy.local.services import CATALOGUE, departments
from deploy.production.secret_files import read_passwords
from shared.errors import Fault, Invalid

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)


@app.callback()
def _group() -> None:
    """Makes `setup` a command of its own, also while it is the only one."""


@app.command()
def setup(
    *,
    passwords: Annotated[Path, typer.Option(help="passwords.json of `./onewindow secrets`.")],
    catalogue: Annotated[
        Path, typer.Option(envvar="ONEWINDOW_CATALOGUE", help="Folder with departments.yaml.")
    ] = CATALOGUE,
    partitions: Annotated[
        int,
        typer.Option(envvar="ONEWINDOW_PARTITIONS", min=1, help="Queues of each service."),
    ] = 1,
) -> None:
    """Make everything that is missing; may be run again at any time, also while services run."""
    from deploy.production.broker import set_up_broker  # noqa: PLC0415 - --help should not wait
    from shared.delivery.retry import delays_from  # noqa: PLC0415

    address = BrokerAddress.from_environment(os.environ)
    if address is None:
        raise Invalid(Fault("AMQP_URI", "is not set: give the address of the administrator"))
    made = set_up_broker(
        BrokerAdmin(address),
        address.vhost,
        read_passwords(passwords),
        departments=departments(catalogue),
        partitions=partitions,
        retry_delays=delays_from(os.environ),
    )
    for user in made.users:
        print(user.name)
    say(f"{len(made.queues)} queues and {len(made.users)} users are in {address.vhost}.")
