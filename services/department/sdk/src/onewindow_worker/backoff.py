"""How long to wait before the next attempt."""

from __future__ import annotations

import random


def delay(attempt: int, *, first: float, most: float) -> float:
    """Seconds before attempt number `attempt` (1, 2, ...): doubling, capped, with jitter.

    The jitter takes up to a quarter away, so that workers that lost the same broker at once do not
    all come back at once.
    """
    return min(most, first * 2.0 ** min(attempt - 1, 30)) * random.uniform(0.75, 1)  # noqa: S311
