"""The plan of an item as SVG that stands alone: no script, no font of its own."""

import unicodedata
from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise

from services.routing.departments import Departments
from services.routing.drawing.layout import Layout, Place, layout
from services.routing.drawing.words import how_long, legend, title_of, who_of
from services.routing.plan import Item, Task
from services.routing.way import days_of, longest_way

WIDTH, HEIGHT = 240, 88
BETWEEN, ROW = 70, 54
"""Pixels between columns; pixels of half a row."""

MARGIN, TOP = 20, 72
LETTERS = 29
"""Half-width letters that fit on a line of a box."""

_STYLE = """
text { font: 13px sans-serif; fill: #1a1a1a }
.title { font-size: 16px; font-weight: bold }
.small { font-size: 11px; fill: #555 }
rect { fill: #fff; stroke: #607d8b; stroke-width: 1.5 }
path { fill: none; stroke: #90a4ae; stroke-width: 1.5 }
.perhaps { stroke-dasharray: 6 4 }
rect.longest, path.longest { stroke: #c62828; stroke-width: 3 }
"""


def svg(item: Item, language: str = "zh", departments: Departments | None = None) -> str:
    """The picture; the longest way is thick and red, tasks with a condition are dashed."""
    return "\n".join(_lines(item, language, departments)) + "\n"


def _lines(item: Item, language: str, departments: Departments | None) -> Iterator[str]:
    where = layout(item)
    _, way = longest_way(item, days_of)
    title = escape(item.title.zh if language == "zh" else item.title.en)
    width, height = _size(where)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        f' width="{width}" height="{height}" role="img" lang="{language}">'
    )
    yield f"<title>{title}</title><style>{_STYLE}</style>"
    yield f'<text class="title" x="{MARGIN}" y="32">{title}</text>'
    yield f'<text class="small" x="{MARGIN}" y="54">{escape(legend(item, language))}</text>'
    marked = set(pairwise(way))
    for ends, places in where.lines.items():
        name = ' class="longest"' if ends in marked else ""
        yield f'<path{name} d="{_curve(places)}"/>'
    for task in item.tasks:
        said = [who_of(task, language, departments), how_long(task, language)]
        yield from _box(
            task, where.boxes[task.key], task.key in way, title_of(task, language), said
        )
    yield "</svg>"


def _size(where: Layout) -> tuple[int, int]:
    width = where.columns * (WIDTH + BETWEEN) - BETWEEN + 2 * MARGIN
    return max(width, 520), TOP + 2 * (where.rows - 1) * ROW + HEIGHT + MARGIN


def _corner(place: Place) -> tuple[int, int]:
    return MARGIN + place[0] * (WIDTH + BETWEEN), TOP + place[1] * ROW


def _curve(places: Sequence[Place]) -> str:
    """From the right of the first box, level through every place it passes, to the left of the
    last."""
    corners = [(x, y + HEIGHT // 2) for x, y in map(_corner, places)]
    x, y = corners[0][0] + WIDTH, corners[0][1]
    parts = [f"M{x} {y}"]
    for left, level in corners[1:]:
        bend = (x + left) // 2
        parts.append(f"C{bend} {y} {bend} {level} {left} {level}")
        x, y = left + WIDTH, level
        parts.append(f"H{x}")
    return " ".join(parts[:-1])


def _box(task: Task, place: Place, longest: bool, title: str, said: Sequence[str]) -> Iterator[str]:
    x, y = _corner(place)
    names = " ".join(name for name, on in (("longest", longest), ("perhaps", task.when)) if on)
    yield f'<g id="{escape(task.key)}">'
    if task.when:
        yield f"<title>{escape(task.when)}</title>"
    yield f'<rect class="{names}" x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="6"/>'
    for number, line in enumerate(_wrapped(title)):
        yield f'<text x="{x + 10}" y="{y + 20 + 17 * number}">{escape(line)}</text>'
    for number, words in enumerate(said):
        line, below = _cut(words, LETTERS + 5), y + HEIGHT - 26 + 16 * number
        yield f'<text class="small" x="{x + 10}" y="{below}">{escape(line)}</text>'
    yield "</g>"


def _wrapped(words: str) -> list[str]:
    first = _cut(words, LETTERS, "")
    if " " in first and first != words:
        first = first[: first.rindex(" ")]
    rest = words[len(first) :].strip()
    return [first, _cut(rest, LETTERS)] if rest else [first]


def _cut(words: str, most: int, sign: str = "…") -> str:
    """As much of the words as fits; a Chinese letter is twice as wide as a Latin one."""
    used = 0
    for place, letter in enumerate(words):
        used += 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if used > most:
            return words[: place - 1 if sign else place] + sign
    return words
