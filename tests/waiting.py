"""Waiting for a condition, with a deadline and a word about what did not come."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")

PATIENCE = 90.0
"""Seconds: what takes five on an idle machine may take thirty on a busy one."""

PAUSE = 0.02
LONGEST_PAUSE = 0.25


def eventually(
    look: Callable[[], Found],
    what: str,
    *,
    state: Callable[[], object] = str,
    seconds: float = PATIENCE,
) -> Found:
    """What `look` returns once that is true; fails with `what` and the `state` at the end.

    Whoever looks rests as long as looking took: otherwise those whose work is waited for would have
    to share the processor with it.
    """
    deadline = time.monotonic() + seconds
    while True:
        began = time.monotonic()
        if found := look():
            return found
        now = time.monotonic()
        if now > deadline:
            raise AssertionError(f"waited {seconds:g} s in vain until {what}: {state()}")
        time.sleep(min(max(PAUSE, now - began), LONGEST_PAUSE))
