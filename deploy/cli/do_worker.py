"""Make a department's worker, and check one in any language against the contract.

A department's developers use both on their own machine; no stack needs to run.
"""

import logging
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.cli.console import say
from deploy.local.places import Places
from deploy.local.services import CATALOGUE
from shared.errors import Fault, Invalid

if TYPE_CHECKING:
    from deploy.local.broker_node import BrokerNode
    from deploy.workercheck.findings import Finding
    from deploy.workercheck.run import Wanted

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)

WIDTH = 120
BROKEN = 1
LONGEST_WAIT = 600.0
"""Seconds that a worker which runs elsewhere has to connect."""

Key = Annotated[str, typer.Option("--department", metavar="KEY", help="Its key, as in planning.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="An empty folder, or a new one.")],
    *,
    department: Key = "planning",
) -> None:
    """Make a Python project of a department's worker: with a test, settings and a guide."""
    from deploy.workernew.project import make  # noqa: PLC0415 - `--help` should not wait for it

    for file in make(folder, department):
        print(folder / file)
    say(f"Next: {folder / 'README.md'}")


@app.command()
def check(
    command: Annotated[
        list[str] | None,
        typer.Argument(metavar="COMMAND...", help="Starts the worker; write -- before it."),
    ] = None,
    *,
    attach: Annotated[
        bool, typer.Option("--attach", help="The worker is started by you, elsewhere.")
    ] = False,
    department: Key = "planning",
    item: Annotated[str, typer.Option(metavar="KEY", help="Send a task of this item.")] = "",
    task: Annotated[str, typer.Option(metavar="KEY", help="Which task.")] = "",
    form: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The form, as YAML or JSON.")
    ] = None,
    catalogue: Annotated[
        Path, typer.Option(envvar="ONEWINDOW_CATALOGUE", help="The folder with --item.")
    ] = CATALOGUE,
    within: Annotated[
        float, typer.Option(help="Seconds for an answer or an acceptance.", min=0.1)
    ] = 10.0,
    only: Annotated[str, typer.Option(help="Names of checks, with commas between.")] = "",
    port: Annotated[int, typer.Option(help="Where the worker connects to; any, unless given.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Play the platform's side against a worker, and say what breaks the contract.

    \b
      ./onewindow worker check -- node worker.js
      ./onewindow worker check --item hotel-licence --task trade-licence -- ./worker

    The worker is handed ONEWINDOW_WORKER_DEPARTMENT, ONEWINDOW_WORKER_URI (a private broker) and
    ONEWINDOW_WORKER_JOURNAL (a path that is free, for what it must remember). It is killed, stopped
    and started again. Exit status 1 if something breaks the contract.
    """
    from rich.console import Console  # noqa: PLC0415 - `--help` should not wait for these

    from deploy.workercheck import samples, show  # noqa: PLC0415
    from deploy.workercheck.run import Wanted, unknown  # noqa: PLC0415
    from deploy.workercheck.subject import demand  # noqa: PLC0415

    names = [name.strip() for name in only.split(",") if name.strip()]
    if attach == bool(command):
        raise Invalid(Fault("COMMAND", "give the command that starts the worker, or --attach"))
    if wrong := unknown(names):
        raise Invalid(Fault("--only", f"there is no check {', '.join(wrong)}"))
    if item and not task:
        raise Invalid(Fault("--task", f"say which task of {item} is to be sent"))
    if command:
        demand(command)
    sample = (
        samples.of_folder(catalogue, item, task, form)
        if item
        else samples.of_contract(department, task, form)
    )
    wanted = Wanted(command=command or (), sample=sample, within=within, only=names, port=port)
    findings = _checked(wanted)
    if as_json:
        print(show.as_json(findings))
    else:
        show.people(Console(width=None if sys.stdout.isatty() else WIDTH), findings)
    if not show.plain(findings)["kept"]:
        raise typer.Exit(BROKEN)


def _checked(wanted: "Wanted") -> "list[Finding]":
    from deploy.workercheck import run, show  # noqa: PLC0415
    from deploy.workercheck.stage import START  # noqa: PLC0415

    # what the client of our own side says of a broker that restarts is no news
    logging.getLogger("pika").setLevel(logging.CRITICAL)
    with (
        _interrupted_by(signal.SIGTERM, signal.SIGHUP),
        tempfile.TemporaryDirectory(prefix="onewindow-check-") as place,
        private_broker(Path(place) / "broker") as node,
    ):
        return run.run(
            wanted,
            node,
            Path(place),
            tell=lambda finding: say(f"  {show.line(finding)}"),
            announce=_announce,
            wait=START if wanted.command else LONGEST_WAIT,
        )


@contextmanager
def private_broker(folder: Path) -> "Iterator[BrokerNode]":
    """A node for this check alone, started for it and ended with it."""
    from deploy.local.broker_node import BrokerNode  # noqa: PLC0415
    from deploy.local.packages import RABBITMQ, ensure  # noqa: PLC0415

    ensure(RABBITMQ, log=Places.from_environment(os.environ).packages_log, say=say)
    say("Starting a private broker ...")
    with BrokerNode(folder) as node:
        yield node


@contextmanager
def _interrupted_by(*numbers: signal.Signals) -> "Iterator[None]":
    """These signals end the check as Ctrl-C does: broker and worker are ended as well."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _announce(variables: Mapping[str, str]) -> None:
    say("Start the worker with these variables; the checks begin when it connects:")
    for name, value in variables.items():
        say(f"  export {name}={value}")
