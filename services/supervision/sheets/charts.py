"""The charts of a sheet as pictures: where everything goes, in the units of the drawing. Pure.

The template draws them; a table beside each says the same in numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from services.supervision.sheets.figures import BUCKETS, DISTRIBUTION
from services.supervision.sheets.periods import Period
from services.supervision.sheets.sheet import Sheet

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 480.0, 190.0, 36.0, 24.0, 14.0
GAP = 0.22
"""Of the place of a bar, so much is left free."""
LEAST = 2.0


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A bar: `part` is a share (0 to 1) where the height is one, None where nothing was counted;
    `late` of its `count` were late."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    label: str
    key: str
    count: int
    late: int
    part: float | None
    over: bool = False


def punctuality(months: Sequence[tuple[Period, int, int]]) -> list[Bar]:
    """A bar for each month, as high as its on-time rate."""
    bars = []
    for place, (month, on_time, late) in enumerate(months):
        of = on_time + late
        part = on_time / of if of else None
        x, y, width, height = _place(place, len(months), part or 0.0)
        bars.append(
            Bar(
                x=x,
                y=y,
                width=width,
                height=height,
                middle=round(x + width / 2, 1),
                label=f"{month.first.month}",
                key=month.name,
                count=of,
                late=late,
                part=part,
            )
        )
    return bars


def distribution(sheet: Sheet) -> list[Bar]:
    """A bar for each share of the limit that was used, as high as tasks used so much."""
    counts = [sheet.distribution[it.key].count for it in DISTRIBUTION]
    most = max([1, *counts])
    bars = []
    for place, (figure, count) in enumerate(zip(DISTRIBUTION, counts, strict=True)):
        x, y, width, height = _place(place, len(DISTRIBUTION), count / most)
        low, high = BUCKETS[place] or 0.0, BUCKETS[place + 1]
        label = f"{high:.0%}" if high is not None else f"> {low:.0%}"
        bars.append(
            Bar(
                x=x,
                y=y,
                width=width,
                height=height,
                middle=round(x + width / 2, 1),
                label=label,
                key=figure.key,
                count=count,
                late=0,
                part=None,
                over=low >= 1.0,
            )
        )
    return bars


def _place(place: int, of: int, share: float) -> tuple[float, float, float, float]:
    wide = (WIDTH - LEFT) / of
    high = (HEIGHT - BOTTOM - TOP) * share
    high = max(LEAST, high) if share else 0.0
    x = LEFT + wide * (place + GAP / 2)
    return (
        round(x, 1),
        round(HEIGHT - BOTTOM - high, 1),
        round(wide * (1 - GAP), 1),
        round(high, 1),
    )
