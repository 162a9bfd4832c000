"""`python -m onewindow_worker module:worker` runs a worker that a module defines.

`python -m onewindow_worker healthy FILE` tells whether a worker is well by its health file.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
from pathlib import Path

from onewindow_worker.errors import InvalidSettings, WorkerError
from onewindow_worker.health import FRESH, PATIENCE, verdict
from onewindow_worker.logs import log_to_stderr
from onewindow_worker.settings import PREFIX
from onewindow_worker.worker import Worker

SWITCH = 0.0005
"""Seconds; Python's own five milliseconds are longer than most tasks take."""


def main(arguments: list[str] | None = None) -> int:
    """Run the worker; 0 after a stop in good order, 2 with one sentence for a wrong setting."""
    arguments = sys.argv[1:] if arguments is None else arguments
    return healthy(arguments[1:]) if arguments[:1] == ["healthy"] else run(arguments)


def healthy(arguments: list[str]) -> int:
    """0 where the worker is well, otherwise 1 with the reason."""
    parser = argparse.ArgumentParser(
        prog="onewindow-worker healthy",
        description="Tell whether a worker is well: status 0, otherwise 1 and the reason.",
    )
    parser.add_argument("file", help=f"the worker's health file ({PREFIX}HEALTH_FILE)")
    parser.add_argument(
        "--within", type=float, default=FRESH, help="seconds; an older file means that it hangs"
    )
    parser.add_argument(
        "--patience",
        type=float,
        default=PATIENCE,
        help="seconds that the broker may be away; 0 for a check of readiness",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object with what is known")
    given = parser.parse_args(arguments)
    well, why, said = verdict(given.file, within=given.within, patience=given.patience)
    print(json.dumps({"healthy": well, "why": why, **said}) if given.json else why)
    return 0 if well else 1


def run(arguments: list[str]) -> int:
    """Run a worker until it is stopped."""
    parser = argparse.ArgumentParser(
        prog="onewindow-worker",
        description="Run a worker that a module defines. "
        "`onewindow-worker healthy FILE` tells whether one is well.",
    )
    parser.add_argument("worker", help="where the worker is: module:name, such as planning:worker")
    parser.add_argument(
        "--log",
        choices=("text", "json"),
        default=os.environ.get(PREFIX + "LOG") or "text",
        help=f"how log lines look (or {PREFIX}LOG); text by default",
    )
    given = parser.parse_args(arguments)
    log_to_stderr(given.log)
    # A task goes through three threads, each of which may wait so long for its turn.
    sys.setswitchinterval(SWITCH)
    try:
        find(given.worker).run()
    except WorkerError as error:
        print(f"onewindow-worker: {error}", file=sys.stderr)
        return 2
    return 0


def find(place: str) -> Worker:
    """The worker at `module:name`; raises InvalidSettings."""
    module_name, _, name = place.partition(":")
    sys.path.insert(0, str(Path.cwd()))
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name != module_name:
            raise
        raise InvalidSettings(f"there is no module {module_name} here") from None
    worker = getattr(module, name or "worker", None)
    if not isinstance(worker, Worker):
        raise InvalidSettings(f"{place} is no Worker; give module:name of one")
    return worker


if __name__ == "__main__":
    sys.exit(main())
