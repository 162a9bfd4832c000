"""Measure what the system does here, beside others that do the same.

NAME is one of cases, growth, timers, sdk, wall; all of them unless named. Needs a quiet machine for
figures that mean something, and some minutes for each.
"""

import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.cli.console import say
from deploy.cli.wholefile import whole
from deploy.local.places import Places
from shared.errors import NotFound

NAMES = ("cases", "growth", "timers", "sdk", "wall")


def command(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME ...]")] = None,
    *,
    peers: Annotated[
        Path | None, typer.Option(help="Folder with the peers' bench.py; $PEERS_ROOM is theirs.")
    ] = None,
    as_json: Annotated[Path | None, typer.Option("--json", help="Write every figure here.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw the medians here, as SVG.")] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds of each.")] = 3,
    processes: Annotated[
        int, typer.Option(min=1, max=8, help="Processes that the eight workers share.")
    ] = 2,
    connections: Annotated[int, typer.Option(min=1, help="Connections to the window.")] = 32,
    quick: Annotated[
        bool, typer.Option("--quick", help="A small run, to see that it works.")
    ] = False,
) -> None:
    chosen = names or list(NAMES)
    for name in chosen:
        if name not in NAMES:
            raise NotFound(f"No benchmark is called {name}: there are {', '.join(NAMES)}.")
    from deploy.bench.machine import Machine  # noqa: PLC0415 - `--help` should not wait for these
    from deploy.bench.peers import Peers  # noqa: PLC0415
    from deploy.bench.report import charts, printed, written  # noqa: PLC0415
    from deploy.bench.scenarios import SCENARIOS, Bench, Size  # noqa: PLC0415
    from deploy.local.packages import POSTGRESQL, RABBITMQ, ensure  # noqa: PLC0415

    places = Places.from_environment(os.environ)
    for package in (RABBITMQ, POSTGRESQL):
        ensure(package, log=places.packages_log, say=say)
    machine = Machine.here()
    bench = Bench(
        folder=places.home / "bench",
        size=Size.quick(rounds) if quick else Size(rounds=rounds),
        say=say,
        peers=Peers.at(peers, places.home) if peers else None,
        processes=processes,
        connections=connections,
    )
    results: dict[str, Any] = {}
    for name in chosen:
        results[name] = SCENARIOS[name](bench)
        if as_json:  # after each, so that nothing that was measured is lost
            settings = {"processes": processes, "connections": connections, **asdict(bench.size)}
            with whole(as_json) as part:
                part.write_text(written(machine, settings, results))
    printed(machine, results, width=None if sys.stdout.isatty() else 160)
    if plot:
        from deploy.bench.plot import drawn  # noqa: PLC0415

        with whole(plot) as part:
            part.write_text(drawn(charts(results)))
