"""Where the boxes of a plan stand: in columns, each task to the right of all that it waits for.

The layered drawing of Sugiyama in its simplest form: columns by the longest way from the start, a
place kept free in every column that a line passes, then a few sweeps in which everything moves to
the middle of its neighbours, so that lines cross seldom. Heights come last: from the fullest column
to both sides, everything as near to its neighbours as the order allows, so that lines are level.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from services.routing.plan import Item, Task

Place = tuple[int, int]
"""Column and row, from 0; rows are halves, so that a box can stand between two others."""

Node = tuple[str, ...]
"""(task,) is a box; (from, to, column) a place that a line passes."""

SWEEPS = 6


@dataclass(frozen=True, kw_only=True)
class Layout:
    """`boxes` by task; `lines` by the two tasks that they join, with every place they touch."""

    boxes: Mapping[str, Place]
    lines: Mapping[tuple[str, str], Sequence[Place]]
    columns: int
    rows: int


def layout(item: Item) -> Layout:
    """The places of an item's tasks. The plan has no cycle."""
    column = _columns(item)
    ways = {(early, task.key): _way(early, task.key, column) for early, task in _joined(item)}
    order = _ordered(column, ways)
    rows = _heights(order, ways)
    place = {node: (at, rows[node]) for at, nodes in enumerate(order) for node in nodes}
    return Layout(
        boxes={task.key: place[(task.key,)] for task in item.tasks},
        lines={ends: [place[node] for node in way] for ends, way in ways.items()},
        columns=len(order),
        rows=max(rows.values()) // 2 + 1,
    )


def _joined(item: Item) -> Iterator[tuple[str, Task]]:
    for task in item.tasks:
        for early in task.after:
            yield early, task


def _columns(item: Item) -> dict[str, int]:
    column: dict[str, int] = {}
    waiting = [task.key for task in item.tasks]
    while waiting:
        key = waiting.pop()
        missing = [it for it in item.task[key].after if it not in column]
        if missing:
            waiting += [key, *missing]
        else:
            column[key] = 1 + max((column[it] for it in item.task[key].after), default=-1)
    return column


def _way(early: str, late: str, column: Mapping[str, int]) -> list[Node]:
    between = range(column[early] + 1, column[late])
    return [(early,), *((early, late, str(at)) for at in between), (late,)]


def _ordered(
    column: Mapping[str, int], ways: Mapping[tuple[str, str], Sequence[Node]]
) -> list[list[Node]]:
    order: list[list[Node]] = [[] for _ in range(1 + max(column.values()))]
    for key, at in column.items():
        order[at].append((key,))
    left: dict[Node, list[Node]] = {}
    right: dict[Node, list[Node]] = {}
    for way in ways.values():
        for node in way[1:-1]:
            order[int(node[2])].append(node)
        for one, other in pairwise(way):
            right.setdefault(one, []).append(other)
            left.setdefault(other, []).append(one)
    for sweep in range(SWEEPS):
        forth = sweep % 2 == 0
        for nodes in order if forth else reversed(order):
            _settle(nodes, left if forth else right, order)
    return order


def _settle(
    nodes: list[Node], beside: Mapping[Node, Sequence[Node]], order: Sequence[Sequence[Node]]
) -> None:
    rows = {node: row / len(column) for column in order for row, node in enumerate(column)}

    def middle(node: Node) -> float:
        near = [rows[it] for it in beside.get(node, ())]
        return sum(near) / len(near) if near else rows[node]

    nodes.sort(key=middle)


def _heights(
    order: Sequence[Sequence[Node]], ways: Mapping[tuple[str, str], Sequence[Node]]
) -> dict[Node, int]:
    """Rows in halves, from 0."""
    fullest = max(range(len(order)), key=lambda at: len(order[at]))
    rows = {node: 2 * row for row, node in enumerate(order[fullest])}
    beside: dict[Node, list[Node]] = {}
    for one, other in (pair for way in ways.values() for pair in pairwise(way)):
        beside.setdefault(one, []).append(other)
        beside.setdefault(other, []).append(one)
    for at in [*range(fullest + 1, len(order)), *range(fullest - 1, -1, -1)]:
        rows |= _level(order[at], beside, rows, most=2 * (len(order[fullest]) - 1))
    return rows


def _level(
    nodes: Sequence[Node],
    beside: Mapping[Node, Sequence[Node]],
    rows: Mapping[Node, int],
    most: int,
) -> dict[Node, int]:
    """Each as near as it can to the middle of its neighbours that stand already, in order, two
    halves apart, none below `most`."""
    level: dict[Node, int] = {}
    free = 0
    for place, node in enumerate(nodes):
        near = [rows[it] for it in beside.get(node, ()) if it in rows]
        wanted = round(sum(near) / len(near)) if near else free
        below = 2 * (len(nodes) - 1 - place)
        level[node] = max(free, min(wanted, most - below))
        free = level[node] + 2
    return level
