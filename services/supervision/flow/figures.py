"""Working time between moments, and the figures of many such times."""

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from shared.worktime import Calendar
from shared.worktime.measures import measure_of

Ticks = int
"""Microseconds of business; whole numbers, so that parts add up exactly."""
Elapsed = Callable[[datetime, datetime], Ticks]
HOUR = measure_of("working_hours").ticks
FEW = 10
"""Below so many cases a figure is shown as one of few."""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Many times in hours of business: how many, their sum, mean, median and 90th percentile by
    nearest rank. No figure where there is none to count."""

    count: int = 0
    total: float = 0.0
    mean: float | None = None
    median: float | None = None
    p90: float | None = None


def figures(times: Sequence[Ticks]) -> Figures:
    """The figures of some times."""
    if not times:
        return Figures()
    ordered = sorted(times)
    total = sum(ordered)
    return Figures(
        count=len(ordered),
        total=total / HOUR,
        mean=total / len(ordered) / HOUR,
        median=statistics.median(ordered) / HOUR,
        p90=ordered[math.ceil(0.9 * len(ordered)) - 1] / HOUR,
    )


def elapsed_in(calendar: Calendar) -> Elapsed:
    """How much of the hours of business of a calendar lies between two moments."""
    measure = measure_of("working_hours")

    @lru_cache(maxsize=65_536)  # what ends at a moment mostly starts something else at it
    def passed(moment: datetime) -> int:
        return measure.passed(calendar, moment)

    return lambda begin, end: passed(end) - passed(begin)
