"""Break everything on purpose and check every promise afterwards.

A private stack under a steady load of cases; services, workers, broker and database are killed,
stopped, cut off and told things twice, at moments that the seed decides. Exit status 1 if a promise
was broken.
"""

import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.console import say

WIDTH = 160
BROKEN = 1


def command(
    *,
    minutes: Annotated[float, typer.Option(min=0.1, help="How long faults go on.")] = 2.0,
    seed: Annotated[int, typer.Option(help="The same seed plans the same faults.")] = 1,
    rate: Annotated[float, typer.Option(min=0.01, help="Applications a second.")] = 1.0,
    pause: Annotated[
        float, typer.Option(min=0.1, help="Longest pause between faults, in seconds.")
    ] = 4.0,
    sqlite: Annotated[bool, typer.Option(help="SQLite instead of PostgreSQL.")] = False,
    keep: Annotated[
        Path | None, typer.Option(help="A new folder for logs and data, which stay there.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    from rich.console import Console  # noqa: PLC0415 - `--help` should not wait for these
    from rich.live import Live  # noqa: PLC0415

    from deploy.chaos import show  # noqa: PLC0415
    from deploy.chaos.run import Run, Wanted, run  # noqa: PLC0415

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    os.environ.pop("AMQP_URI", None)  # somebody else's broker is not for breaking
    wanted = Wanted(
        seconds=60 * minutes, seed=seed, rate=rate, pause=(pause / 8, pause), sqlite=sqlite
    )
    console = Console(file=sys.stderr, width=None if sys.stderr.isatty() else WIDTH)
    say(f"Seed {seed}.")
    with _folder(keep) as folder:
        if sys.stderr.isatty():
            with Live(console=console, auto_refresh=False) as table:

                def watch(now: Run) -> None:
                    table.update(show.live(now), refresh=True)

                told = show.report(run(wanted, folder, say=say, watch=watch))
        else:
            told = show.report(run(wanted, folder, say=say, watch=show.Lines(console)))
    if as_json:
        print(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        show.summary(Console(width=None if sys.stdout.isatty() else WIDTH), told)
    if not told["kept"]:
        raise typer.Exit(BROKEN)


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """A folder that is not there yet; its data goes afterwards unless it is to be kept."""
    if keep is not None:
        yield keep
        return
    place = Path(tempfile.mkdtemp(prefix="onewindow-chaos-"))
    place.chmod(0o755)  # the database's own user must get through
    try:
        yield place / "stack"
    finally:
        shutil.rmtree(place, ignore_errors=True)
