"""Where boxes and lines of a map lie, in pixels."""

from dataclasses import dataclass
from itertools import pairwise

from services.supervision.flow.flows import END, START
from services.supervision.flow.layout import Layout

WIDTH, HEIGHT = 184, 62
ACROSS, DOWN = 216, 138
"""Pixels from column to column, and from layer to layer."""
MARGIN, LOOP = 14, 40
PILL = 17
"""Half the height of the opening and of the close."""
ARROW = 8
PARTS = (0.5, 0.36, 0.64, 0.24, 0.76, 0.14)
"""How far along a piece of an edge its label may stand."""
ASIDE = 18
"""How far an edge that goes upward stands beside one that goes the other way."""

Point = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Line:
    """The path of an edge, and where its label may stand, the best place first."""

    path: str
    spots: tuple[Point, ...]


def size(where: Layout) -> tuple[int, int]:
    """The width and the height of a picture."""
    width = where.columns * ACROSS + WIDTH + 2 * MARGIN + LOOP
    return round(width), round(where.layers * DOWN + HEIGHT + 2 * MARGIN)


def corner(where: Layout, task: str) -> Point:
    """The upper left corner of a box."""
    column, layer = where.places[task]
    return MARGIN + column * ACROSS, MARGIN + layer * DOWN


def line(where: Layout, before: str, after: str) -> Line:
    """An edge: through all its places, or out of a task and in again."""
    if before == after:
        return _loop(corner(where, before))
    way = where.ways[before, after]
    sign = -1 if way[0][1] > way[-1][1] else 1
    middles = [
        (
            MARGIN + column * ACROSS + WIDTH / 2 + (ASIDE if sign < 0 else 0),
            MARGIN + layer * DOWN + HEIGHT / 2,
        )
        for column, layer in way
    ]
    (x, y), (to_x, to_y) = middles[0], middles[-1]
    begin = x, y + sign * (PILL if before == START else HEIGHT / 2)
    end = to_x, to_y - sign * ((PILL if after == END else HEIGHT / 2) + ARROW)
    return _curve([begin, *middles[1:-1], end])


def _curve(points: list[Point]) -> Line:
    parts = [f"M{points[0][0]:.0f} {points[0][1]:.0f}"]
    for (x, y), (to_x, to_y) in pairwise(points):
        bend = (y + to_y) / 2
        parts.append(f"C{x:.0f} {bend:.0f} {to_x:.0f} {bend:.0f} {to_x:.0f} {to_y:.0f}")
    middle = (len(points) - 1) // 2
    pieces = [(points[middle], points[middle + 1]), *pairwise(points)]
    spots = tuple(_on(*piece, part) for piece in pieces for part in PARTS)
    return Line(path=" ".join(parts), spots=spots)


def _on(begin: Point, end: Point, part: float) -> Point:
    """A point of a piece of a curve, as `_curve` draws it."""
    bend = (begin[1] + end[1]) / 2
    rest = 1 - part
    weights = rest**3, 3 * rest**2 * part, 3 * rest * part**2, part**3
    xs, ys = (begin[0], begin[0], end[0], end[0]), (begin[1], bend, bend, end[1])
    return (
        sum(weight * x for weight, x in zip(weights, xs, strict=True)),
        sum(weight * y for weight, y in zip(weights, ys, strict=True)),
    )


def _loop(at: Point) -> Line:
    """Out at the right side of a box and in again."""
    x, y = at[0] + WIDTH, at[1] + HEIGHT / 2
    bow = x + LOOP
    path = f"M{x:.0f} {y - 16:.0f} C{bow:.0f} {y - 24:.0f} {bow:.0f} {y + 14:.0f}"
    return Line(path=f"{path} {x + ARROW:.0f} {y + 14:.0f}", spots=((x, y + HEIGHT / 2 + 12),))


@dataclass(frozen=True, kw_only=True)
class Area:
    """A rectangle by its middle."""

    middle: Point
    width: float
    height: float

    def meets(self, other: "Area") -> bool:
        """Whether the two have anything in common."""
        return (
            abs(self.middle[0] - other.middle[0]) * 2 < self.width + other.width
            and abs(self.middle[1] - other.middle[1]) * 2 < self.height + other.height
        )


def free(spots: tuple[Point, ...], width: float, height: float, taken: list[Area]) -> Area:
    """The first spot at which nothing stands yet, else the first; it is taken from now on."""
    areas = [Area(middle=it, width=width, height=height) for it in spots]
    found = next((it for it in areas if not any(map(it.meets, taken))), areas[0])
    taken.append(found)
    return found
