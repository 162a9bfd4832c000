"""Waiting for a condition."""

import time


def until(holds, seconds=90):
    """Wait until it holds; what it is then."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = holds()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come to hold in time")
