"""Starts the supervisor in the background and shows what it says until the stack is ready."""

import signal
import subprocess
import sys
import time
from pathlib import Path

from deploy.cli.console import say
from deploy.local.places import Places
from deploy.local.state import StackState
from shared.errors import OneWindowError

SECONDS = 900.0
"""Long, because packages may have to be downloaded first."""


class DidNotStart(OneWindowError):
    """The stack in the background ended before it was ready; its own words precede this."""


def start(places: Places, arguments: list[str]) -> None:
    """Run the command line with these arguments in the background; returns when it is ready."""
    places.stack.mkdir(mode=0o755, parents=True, exist_ok=True)
    log = places.stack / "up.log"
    with log.open("wb") as output:
        supervisor = subprocess.Popen(
            [sys.executable, "-P", "-m", "deploy", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _follow(supervisor, log, places)
    except BaseException:
        supervisor.send_signal(signal.SIGTERM)
        supervisor.wait()
        raise
    supervisor.returncode = 0  # from here on it lives on its own
    say(f"In the background: `status` shows it, `down` ends it; its words are in {log}.")


def _follow(supervisor: "subprocess.Popen[bytes]", log: Path, places: Places) -> None:
    deadline = time.monotonic() + SECONDS
    with log.open() as text:
        while True:
            ended = supervisor.poll() is not None
            ready = not ended and is_ready(supervisor.pid, places)
            sys.stderr.write(text.read())
            sys.stderr.flush()
            if ready:
                return
            if ended:
                raise DidNotStart("The stack did not start, for the reason above.")
            if time.monotonic() > deadline:
                raise DidNotStart(f"The stack was not ready after {SECONDS:.0f} s: see {log}.")
            time.sleep(0.1)


def is_ready(pid: int, places: Places) -> bool:
    """Whether the stack that this process supervises has started."""
    state = StackState.read(places.state)
    return (
        state is not None and state.ready and state.supervisor.pid == pid and state.supervisor.alive
    )
