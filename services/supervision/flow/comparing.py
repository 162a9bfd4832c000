"""Two maps beside each other: before and after a change of an item, or of two periods."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from services.supervision.flow.figures import FEW, Figures
from services.supervision.flow.flows import NO_FIGURES, Flow

Kind = Literal["case", "task", "edge"]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """The same figure of both maps. `before` and `after` are the task (`after` empty), the ends of
    an edge, or empty for whole cases."""

    kind: Kind
    before: str = ""
    after: str = ""
    earlier: Figures
    later: Figures

    @property
    def median(self) -> float | None:
        """By how many hours of business the median is longer than it was; None where either has
        none."""
        if self.earlier.median is None or self.later.median is None:
            return None
        return self.later.median - self.earlier.median

    @property
    def mean(self) -> float | None:
        """By how many hours of business the mean is longer than it was."""
        if self.earlier.mean is None or self.later.mean is None:
            return None
        return self.later.mean - self.earlier.mean

    @property
    def few(self) -> bool:
        """Whether one side has so few that chance alone may make the difference."""
        return min(self.earlier.count, self.later.count) < FEW


def compared(earlier: Flow, later: Flow) -> tuple[Difference, ...]:
    """Whole cases, then tasks and edges, those first whose time makes most of the difference."""
    whole = Difference(kind="case", earlier=earlier.time, later=later.time)
    parts = sorted(
        chain(_tasks(earlier, later), _edges(earlier, later)),
        key=lambda it: -abs(_per_case(it.later, later) - _per_case(it.earlier, earlier)),
    )
    return (whole, *parts)


def _tasks(earlier: Flow, later: Flow) -> Iterator[Difference]:
    was = {it.task: it.handling for it in earlier.nodes}
    now = {it.task: it.handling for it in later.nodes}
    for task in now | was:
        yield Difference(
            kind="task",
            before=task,
            earlier=was.get(task, NO_FIGURES),
            later=now.get(task, NO_FIGURES),
        )


def _edges(earlier: Flow, later: Flow) -> Iterator[Difference]:
    was = {(it.before, it.after): it.waiting for it in earlier.edges}
    now = {(it.before, it.after): it.waiting for it in later.edges}
    for ends in now | was:
        yield Difference(
            kind="edge",
            before=ends[0],
            after=ends[1],
            earlier=was.get(ends, NO_FIGURES),
            later=now.get(ends, NO_FIGURES),
        )


def _per_case(part: Figures, flow: Flow) -> float:
    return part.total / flow.cases if flow.cases else 0.0
