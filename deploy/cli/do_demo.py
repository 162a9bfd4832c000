"""Watch a dozen cases go from the window to their decision, seven weeks in a minute.

Sets everything up, plays the demonstration in business time sped up, prints what became of each
case, verifies every trace, stops all that it started.
"""

import json
import os
import sys
import time
from typing import Annotated

import typer

from deploy.cli.console import say
from deploy.local.places import Places

WIDTH = 160
"""Columns where there is no terminal to ask."""


def command(
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the outcome as one JSON object, for a program.")
    ] = False,
) -> None:
    from rich.console import Console  # noqa: PLC0415 - `--help` should not wait for these
    from rich.live import Live  # noqa: PLC0415

    from deploy.demo import outcome, play, show  # noqa: PLC0415

    folder = play.prepare(Places.from_environment(os.environ).home, say)
    console = Console(file=sys.stderr, width=None if sys.stderr.isatty() else WIDTH)
    with play.town(folder, say) as place:
        begun = time.monotonic()
        with Live(console=console, auto_refresh=False, transient=not sys.stderr.isatty()) as live:
            drama = play.play(
                place,
                lambda drama, alerts: live.update(
                    show.live(drama, drama.now, alerts), refresh=sys.stderr.isatty()
                ),
            )
        result = outcome.gather(folder, drama)
        seconds = time.monotonic() - begun
    if as_json:
        print(json.dumps(result, ensure_ascii=False, indent=1))
    else:
        show.summary(Console(width=None if sys.stdout.isatty() else WIDTH), result, seconds)
    if not all(it["trace_verified"] for it in result["cases"]):
        raise typer.Exit(1)
