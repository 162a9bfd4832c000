"""Where the tasks of a map stand, and which way its edges go. Pure; no figures, only places.

Layers from the opening downward: a task stands below all that it follows (longest path), once the
rarest edges of every circle are taken as going upward. An edge that passes layers gets a place in
each of them, and the places of a layer are put in the order in which edges cross least (barycentres
of neighbours, down and up again).
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

Name = Hashable
Ends = tuple[str, str]
SWEEPS = 12


@dataclass(frozen=True, kw_only=True)
class Layout:
    """`places` are (column, layer) of each task, columns as far apart as 1 and not whole numbers;
    `ways` are the places through which each edge goes, from its task to the next, both included.
    """

    places: Mapping[str, tuple[float, int]]
    ways: Mapping[Ends, tuple[tuple[float, int], ...]]
    columns: float
    layers: int


def layout(tasks: Sequence[str], edges: Mapping[Ends, int], first: str, last: str) -> Layout:
    """Places for `tasks` and `edges` (with their counts) that lead from `first` to `last`.

    Edges from a task to itself have no way.
    """
    onward = _acyclic(edges, first, last)
    down = {(b, a) if (a, b) not in onward else (a, b) for a, b in edges if a != b}
    layer = _layers(tasks, down, last)
    chains = {ends: _chain(ends, layer) for ends in down}
    rows = _rows(tasks, layer, chains)
    columns = _columns(_ordered(rows, chains), chains)
    left = min(columns.values(), default=0.0)
    places = {task: (columns[task] - left, layer[task]) for task in tasks}
    ways = {}
    for a, b in edges:
        if a != b:
            ends = (a, b) if (a, b) in down else (b, a)
            way = [(columns[it] - left, _layer_of(it, layer)) for it in chains[ends]]
            ways[a, b] = tuple(way if ends == (a, b) else reversed(way))
    across = max(columns.values(), default=0.0) - left
    return Layout(places=places, ways=ways, columns=across, layers=max(layer.values(), default=0))


def _acyclic(edges: Mapping[Ends, int], first: str, last: str) -> set[Ends]:
    """The edges that may go downward: a most frequent one that leads to each task from what is
    reached already, then the others by count, unless they would close a circle."""
    after: dict[str, set[str]] = defaultdict(set)
    kept: set[Ends] = set()
    rest = sorted(edges, key=lambda ends: (-edges[ends], ends))
    for a, b in (*_spanning(rest, first), *rest):
        if a not in (b, last) and not _reaches(after, b, a):
            after[a].add(b)
            kept.add((a, b))
    return kept


def _spanning(ordered: Sequence[Ends], first: str) -> list[Ends]:
    reached, found = {first}, list[Ends]()
    while coming := next((it for it in ordered if it[0] in reached and it[1] not in reached), None):
        reached.add(coming[1])
        found.append(coming)
    return found


def _reaches(after: Mapping[str, set[str]], begin: str, end: str) -> bool:
    known, coming = {begin}, [begin]
    while coming:
        for it in after.get(coming.pop(), ()):
            if it not in known:
                known.add(it)
                coming.append(it)
    return end in known


def _layers(tasks: Sequence[str], down: Iterable[Ends], last: str) -> dict[str, int]:
    before: dict[str, list[str]] = defaultdict(list)
    for a, b in down:
        before[b].append(a)
    layer: dict[str, int] = {}

    def of(task: str) -> int:
        if task not in layer:
            layer[task] = 1 + max((of(it) for it in before[task]), default=-1)
        return layer[task]

    for task in tasks:
        of(task)
    if last in layer:
        layer[last] = max([layer[last], *(1 + it for task, it in layer.items() if task != last)])
    return layer


def _chain(ends: Ends, layer: Mapping[str, int]) -> tuple[Name, ...]:
    """An edge as its task, a place in each layer between, and its other task."""
    a, b = ends
    between = [(a, b, it) for it in range(layer[a] + 1, layer[b])]
    return (a, *between, b)


def _layer_of(name: Name, layer: Mapping[str, int]) -> int:
    return name[2] if isinstance(name, tuple) else layer[str(name)]


def _rows(
    tasks: Sequence[str], layer: Mapping[str, int], chains: Mapping[Ends, tuple[Name, ...]]
) -> list[list[Name]]:
    rows: list[list[Name]] = [[] for _ in range(max(layer.values(), default=0) + 1)]
    for task in tasks:
        rows[layer[task]].append(task)
    for chain in chains.values():
        for name in chain[1:-1]:
            rows[_layer_of(name, layer)].append(name)
    return rows


def _neighbours(chains: Mapping[Ends, tuple[Name, ...]]) -> dict[Name, list[list[Name]]]:
    """Of each place what it is joined with above, and below."""
    found: dict[Name, list[list[Name]]] = defaultdict(lambda: [[], []])
    for chain in chains.values():
        for upper, lower in pairwise(chain):
            found[lower][0].append(upper)
            found[upper][1].append(lower)
    return found


def _ordered(rows: list[list[Name]], chains: Mapping[Ends, tuple[Name, ...]]) -> list[list[Name]]:
    """The rows in the best order that some sweeps find."""
    near = _neighbours(chains)
    best, fewest = rows, _crossings(rows, near)
    for sweep in range(SWEEPS):
        rows = _swept(rows, near, side=sweep % 2)
        if (crossings := _crossings(rows, near)) < fewest:
            best, fewest = rows, crossings
    return best


def _swept(
    rows: list[list[Name]], near: Mapping[Name, list[list[Name]]], side: int
) -> list[list[Name]]:
    """Each row in the order of what it is joined with: above (0, going down) or below (1)."""
    done: dict[int, list[Name]] = {}
    numbers = range(len(rows)) if side == 0 else reversed(range(len(rows)))
    where: dict[Name, float] = {it: i for row in rows for i, it in enumerate(row)}
    for number in numbers:
        row = rows[number]
        wanted = {it: _mean([where[n] for n in near[it][side]], where[it]) for it in row}
        done[number] = sorted(row, key=wanted.__getitem__)
        where.update({it: i for i, it in enumerate(done[number])})
    return [done[number] for number in range(len(rows))]


def _crossings(rows: list[list[Name]], near: Mapping[Name, list[list[Name]]]) -> int:
    count = 0
    for upper, lower in pairwise(rows):
        where = {it: i for i, it in enumerate(lower)}
        joined = [(i, where[n]) for i, it in enumerate(upper) for n in near[it][1]]
        count += sum(a < c and b > d for a, b in joined for c, d in joined)
    return count


def _columns(rows: list[list[Name]], chains: Mapping[Ends, tuple[Name, ...]]) -> dict[Name, float]:
    """Columns that draw what is joined together, and keep the order and the distance of a row."""
    near = _neighbours(chains)
    where = {it: i - len(row) / 2 for row in rows for i, it in enumerate(row)}
    for _ in range(SWEEPS):
        for row in rows:
            wanted = [
                _mean([where[n] for n in (*near[it][0], *near[it][1])], where[it]) for it in row
            ]
            where.update(zip(row, _apart(row, wanted), strict=True))
    return where


def _apart(row: Sequence[Name], wanted: Sequence[float]) -> list[float]:
    """Near what is wanted, in order, a task 1 from the next; what is pushed right and what is
    pushed left meet in the middle."""
    gaps = [_gap(a, b) for a, b in pairwise(row)]
    right, left = list(wanted), list(wanted)
    for i, gap in enumerate(gaps):
        right[i + 1] = max(right[i + 1], right[i] + gap)
    for i in reversed(range(len(gaps))):
        left[i] = min(left[i], left[i + 1] - gaps[i])
    return [(a + b) / 2 for a, b in zip(right, left, strict=True)]


def _gap(a: Name, b: Name) -> float:
    """Edges that pass a layer need less room than tasks."""
    passing = isinstance(a, tuple) + isinstance(b, tuple)
    return (1.0, 0.75, 0.45)[passing]


def _mean(numbers: Sequence[float], otherwise: float) -> float:
    return sum(numbers) / len(numbers) if numbers else otherwise
