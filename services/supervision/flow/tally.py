"""Counting the courses of cases into a map, one after the other: only times are kept of each."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import starmap

from services.supervision.flow.courses import Assignment, Course
from services.supervision.flow.figures import HOUR, Elapsed, Ticks, figures
from services.supervision.flow.flows import (
    END,
    START,
    Edge,
    Flow,
    Node,
    Part,
    Rework,
    Share,
    Wait,
)


def _times() -> "array[int]":
    return array("q")


@dataclass(kw_only=True)
class _Node:
    cases: int = 0
    again: int = 0
    again_cases: int = 0
    returns: int = 0
    stops: int = 0
    on_way: Ticks = 0
    stopped_on_way: Ticks = 0
    again_time: Ticks = 0
    handling: "array[int]" = field(default_factory=_times)
    with_stops: "array[int]" = field(default_factory=_times)
    departments: Counter[str] = field(default_factory=Counter)
    because: Counter[str] = field(default_factory=Counter)


@dataclass(kw_only=True)
class _Edge:
    on_way: Ticks = 0
    waiting: "array[int]" = field(default_factory=_times)


class Tally:
    """The courses counted so far."""

    def __init__(self) -> None:
        self._time = _times()
        self._nodes: dict[str, _Node] = defaultdict(_Node)
        self._edges: dict[tuple[str, str], _Edge] = defaultdict(_Edge)
        self._waits: dict[tuple[str, str], array[int]] = defaultdict(_times)

    def add(self, course: Course, elapsed: Elapsed) -> None:
        """Count a course by the working time of its region."""
        self._time.append(elapsed(course.opened, course.closed))
        on_way = frozenset(course.way)
        for place, it in enumerate(course.assignments):
            self._handled(it, elapsed, place in on_way)
            self._waited(course, place, elapsed, place in on_way)
        self._close(course, elapsed)
        self._per_case(course, elapsed)

    def flow(self) -> Flow:
        """What has come together."""
        return Flow(
            time=figures(self._time),
            nodes=tuple(sorted(map(self._node, self._nodes), key=lambda it: -it.count)),
            edges=tuple(sorted(self._made_edges(), key=lambda it: -it.count)),
            bottlenecks=tuple(self._shares()),
            rework=tuple(sorted(self._rework(), key=lambda it: (-it.again, -it.returns))),
            waits=tuple(sorted(self._made_waits(), key=lambda it: -it.time.total)),
        )

    def _handled(self, it: Assignment, elapsed: Elapsed, on_way: bool) -> None:
        node = self._nodes[it.node]
        whole = elapsed(it.began, it.ended)
        time = sum(starmap(elapsed, it.handled)) if it.stopped else whole
        node.handling.append(time)
        node.with_stops.append(whole)
        if on_way:
            node.on_way += time
            node.stopped_on_way += whole - time
        node.departments[it.department] += 1
        node.returns += it.returns
        node.stops += it.stops

    def _waited(self, course: Course, place: int, elapsed: Elapsed, on_way: bool) -> None:
        it, earlier = course.assignments[place], course.follows[place]
        if earlier is None:
            self._edge(START, it.node, elapsed(course.opened, it.began), on_way)
            return
        before = course.assignments[earlier]
        self._edge(before.node, it.node, elapsed(before.ended, it.began), on_way)
        if before.department != it.department:
            pair = it.department, before.department
            held = elapsed(before.assigned, before.ended)
            self._waits[pair].append(held)

    def _close(self, course: Course, elapsed: Elapsed) -> None:
        if course.last is None:
            self._edge(START, END, elapsed(course.opened, course.closed), True)
        else:
            last = course.assignments[course.last]
            self._edge(last.node, END, elapsed(last.ended, course.closed), True)

    def _edge(self, before: str, after: str, time: Ticks, on_way: bool) -> None:
        edge = self._edges[before, after]
        edge.waiting.append(time)
        edge.on_way += time if on_way else 0

    def _per_case(self, course: Course, elapsed: Elapsed) -> None:
        """In how many cases a task is, and what was given out again after it had ended."""
        again: set[str] = set()
        for place, it in enumerate(course.assignments):
            earlier = [
                one
                for one in course.assignments[:place]
                if one.task == it.task and one.ended <= it.assigned
            ]
            if earlier:
                node = self._nodes[it.node]
                node.again += 1
                node.because[max(earlier, key=lambda one: one.ended).outcome] += 1
                node.again_time += elapsed(it.assigned, it.ended)
                again.add(it.node)
        for name in {it.node for it in course.assignments}:
            self._nodes[name].cases += 1
        for name in again:
            self._nodes[name].again_cases += 1

    def _node(self, task: str) -> Node:
        it = self._nodes[task]
        return Node(
            task=task,
            count=len(it.handling),
            cases=it.cases,
            departments=dict(it.departments.most_common()),
            handling=figures(it.handling),
            with_stops=figures(it.with_stops),
            on_way=it.on_way / HOUR,
            stopped_on_way=it.stopped_on_way / HOUR,
            stops=it.stops,
        )

    def _made_edges(self) -> Iterable[Edge]:
        for (before, after), it in self._edges.items():
            yield Edge(
                before=before,
                after=after,
                count=len(it.waiting),
                waiting=figures(it.waiting),
                on_way=it.on_way / HOUR,
            )

    def _shares(self) -> list[Share]:
        """Nodes and edges by the time that they take on the longest ways, most first."""
        whole = sum(self._time)
        found: list[tuple[str, str, Part, Ticks, int]] = []
        for name, it in self._nodes.items():
            found += [(name, "", "handling", it.on_way, len(it.handling))]
            found += [(name, "", "stopped", it.stopped_on_way, it.stops)]
        for (before, after), way in self._edges.items():
            found += [(before, after, "waiting", way.on_way, len(way.waiting))]
        return [
            Share(
                before=before,
                after=after,
                part=part,
                hours=time / HOUR,
                share=time / whole,
                count=count,
            )
            for before, after, part, time, count in sorted(found, key=lambda it: -it[3])
            if time
        ]

    def _rework(self) -> Iterable[Rework]:
        for name, it in self._nodes.items():
            if it.again or it.returns:
                yield Rework(
                    task=name,
                    count=len(it.handling),
                    again=it.again,
                    cases=it.again_cases,
                    returns=it.returns,
                    hours=it.again_time / HOUR,
                    because=dict(it.because.most_common()),
                )

    def _made_waits(self) -> Iterable[Wait]:
        for (department, on), times in self._waits.items():
            yield Wait(department=department, on=on, time=figures(times))


def flow_of(courses: Iterable[Course], elapsed: Elapsed) -> Flow:
    """The map of some cases whose working time is counted alike."""
    tally = Tally()
    for course in courses:
        tally.add(course, elapsed)
    return tally.flow()
