"""Where the time of many cases went: values that pages, commands and programs are given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from services.supervision.flow.figures import Figures

START, END = "", "."
"""What stands for the opening and the close of a case among the ends of an edge."""

NO_FIGURES = Figures()
Part = Literal["handling", "stopped", "waiting"]
"""What a share of the whole time is: of a task its handling, or the stops meanwhile; of an edge the
waiting."""


@dataclass(frozen=True, kw_only=True)
class Node:
    """A task: how often it was assigned, in how many cases, by whom it was handled, and how long
    from being accepted to its end: `handling` without the stops of its clock, `with_stops` all of
    it. `on_way` are the hours of handling on the longest way of a case, `stopped_on_way` those of
    the stops, and `stops` how often the clock stopped."""

    task: str
    count: int
    cases: int
    departments: Mapping[str, int]
    handling: Figures
    with_stops: Figures
    on_way: float
    stopped_on_way: float = 0.0
    stops: int = 0


@dataclass(frozen=True, kw_only=True)
class Edge:
    """One task after another: how often, and how long the second waited from the end of the first
    until it was accepted. `on_way` are the hours of that on the longest way of a case."""

    before: str
    after: str
    count: int
    waiting: Figures
    on_way: float


@dataclass(frozen=True, kw_only=True)
class Share:
    """What a node (`after` empty) or an edge takes of the whole time of all cases, from 0 to 1."""

    before: str
    after: str
    part: Part
    hours: float
    share: float
    count: int


@dataclass(frozen=True, kw_only=True)
class Rework:
    """A task that was given out again after it had ended, in a case that had it already.

    `again` is how often, `cases` in how many, `because` what the end before was, `hours` how long
    the later ones waited and were handled; `returns` how often papers were sent back.
    """

    task: str
    count: int
    again: int
    cases: int
    returns: int
    hours: float
    because: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Wait:
    """How long tasks of one department could not begin because another's had not ended: from the
    assignment of the other's to its end."""

    department: str
    on: str
    time: Figures


@dataclass(frozen=True, kw_only=True)
class Flow:
    """The map of some cases: `time` is that of a case from its opening to its close."""

    time: Figures = NO_FIGURES
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    bottlenecks: tuple[Share, ...] = ()
    rework: tuple[Rework, ...] = ()
    waits: tuple[Wait, ...] = ()

    @property
    def cases(self) -> int:
        return self.time.count

    def node(self, task: str) -> Node | None:
        return next((it for it in self.nodes if it.task == task), None)

    def edge(self, before: str, after: str) -> Edge | None:
        return next((it for it in self.edges if (it.before, it.after) == (before, after)), None)
