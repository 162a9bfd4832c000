"""Stop the stack that runs in the background.

Also one in the foreground of another shell, and what a killed one has left. Cases stay.
"""

import os
import signal

from deploy.cli.console import say
from deploy.local.places import Places
from deploy.local.process import end_all
from deploy.local.state import StackState

SECONDS = 120.0


def command() -> None:
    places = Places.from_environment(os.environ)
    state = StackState.read(places.state)
    if state is None:
        say("Nothing is running here.")
        return
    say("Stopping ...")
    state.supervisor.signal(signal.SIGTERM)
    if not state.supervisor.wait(SECONDS):
        state.supervisor.signal(signal.SIGKILL)
    _end_what_is_left(places)
    say("Stopped. Every case is where it was.")


def _end_what_is_left(places: Places) -> None:
    """A supervisor that was killed could not stop its processes itself."""
    state = StackState.read(places.state)
    if state is None:
        return
    for process in state.left:
        process.signal(signal.SIGTERM)
        end_all([process], seconds=15)
    places.state.unlink(missing_ok=True)
