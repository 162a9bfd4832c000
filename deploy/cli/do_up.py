"""Run everything here, with a broker of its own, until Ctrl-C.

AMQP_URI in the environment uses that broker instead. State lives in .onewindow/stack (or in
$ONEWINDOW_HOME/stack); starting again finds every case that was there.
"""

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.cli.console import say
from deploy.local.places import Places

if TYPE_CHECKING:
    from deploy.local.services import StackSettings

FIRST_PORT = 8800
LAST_PORT = 65_000


def command(
    *,
    detach: Annotated[bool, typer.Option("--detach", help="Run in the background.")] = False,
    port: Annotated[
        int,
        typer.Option(min=1, max=LAST_PORT, help="Port of intake; the others have the three after."),
    ] = FIRST_PORT,
    database: Annotated[
        str, typer.Option(help="`postgres` for a private server, or a postgresql:// address.")
    ] = "",
    processes: Annotated[
        str, typer.Option(help="Services with more than one: `routing=2,supervision=2`.")
    ] = "",
    partitions: Annotated[
        int,
        typer.Option(min=0, help="Queues a service's cases are spread over; 0 fits the processes."),
    ] = 0,
    catalogue: Annotated[Path | None, typer.Option(help="Folder with the service items.")] = None,
) -> None:
    places = Places.from_environment(os.environ)
    if detach:
        from deploy.cli.detached import start  # noqa: PLC0415

        start(places, [argument for argument in sys.argv[1:] if argument != "--detach"])
        return
    from deploy.local.services import CATALOGUE, StackSettings, processes_from  # noqa: PLC0415

    settings = StackSettings(
        first_port=port,
        time=os.environ.get("ONEWINDOW_TIME", ""),
        database=database or os.environ.get("ONEWINDOW_DATABASE", ""),
        catalogue=(catalogue or CATALOGUE).absolute(),
        processes=processes_from(processes),
        partitions=partitions,
    )
    _run(places, settings)


def _run(places: Places, settings: "StackSettings") -> None:
    from deploy.cli.addresses import addresses, pages  # noqa: PLC0415
    from deploy.local.local_stack import LocalStack  # noqa: PLC0415

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    stack = LocalStack(places.stack, settings, say=say)
    try:
        stack.start()
        print(f"{addresses(stack.parts)}\n{pages(stack.parts)}", flush=True)
        say("Ready. Ctrl-C stops all of it." if sys.stdout.isatty() else "Ready.")
        for part in stack.watch():
            say(f"{part.name} {part.state}; its log is {part.log}")
    except KeyboardInterrupt:
        say("Stopping ...")
    finally:
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        stack.stop()
