"""Waiting for a condition."""

from tests.waiting import eventually


def until(holds, seconds=90):
    """Wait until it holds; what it is then."""
    return eventually(holds, "it holds", seconds=seconds)
