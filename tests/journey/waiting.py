"""Waiting for a condition, with a deadline and a word about what did not come."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")

PATIENCE = 40.0
"""Seconds after which something that should take one or two has gone wrong."""

PAUSE = 0.01


def eventually(
    look: Callable[[], Found],
    what: str,
    *,
    state: Callable[[], object] = str,
    seconds: float = PATIENCE,
) -> Found:
    """What `look` returns once that is true; fails with `what` and the `state` at the end."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:g} s in vain until {what}: {state()}")
        time.sleep(PAUSE)
    return found
