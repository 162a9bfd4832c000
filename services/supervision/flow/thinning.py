"""Leaving rare edges out of a picture: what a map counts stays in its tables."""

from collections.abc import Sequence

from services.supervision.flow.flows import Edge, Flow

RARE = 0.03
"""The share of the cases below which an edge is rare."""


def drawn(flow: Flow, rare: float = RARE) -> tuple[Edge, ...]:
    """The edges that are drawn: those that are not rare, and of each task the most frequent one
    that leads to it and away from it, so that nothing hangs loose."""
    kept = {it for it in _ends(flow.edges) if it in _main(flow.edges)}
    least = rare * flow.cases
    return tuple(it for it in flow.edges if it.count >= least or (it.before, it.after) in kept)


def _ends(edges: Sequence[Edge]) -> list[tuple[str, str]]:
    return [(it.before, it.after) for it in edges]


def _main(edges: Sequence[Edge]) -> set[tuple[str, str]]:
    into: dict[str, Edge] = {}
    out: dict[str, Edge] = {}
    for it in edges:
        if it.before == it.after:
            continue
        into[it.after] = max(into.get(it.after, it), it, key=lambda one: one.count)
        out[it.before] = max(out.get(it.before, it), it, key=lambda one: one.count)
    return {*_ends([*into.values()]), *_ends([*out.values()])}
