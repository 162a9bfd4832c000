"""In which order the steps of a model come, and under which choices each is reached.

A step is reached by any of its ways, a way is a set of choices (arrows behind a gateway). Where all
arrows of a gateway come together again, the choice no longer matters. An arrow that leads back is
left out: an item's plan goes forward only, and a department returns what is to be done again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from services.routing.bpmn.model import CHOICES, TASKS, Flow, Model, Node, begins

Way = frozenset[str]
"""The arrows that were chosen, by id."""

MOST_WAYS = 12


@dataclass(kw_only=True)
class Route:
    """The steps in order; for each node its ways, and the steps that come right before it."""

    steps: list[Node] = field(default_factory=list)
    ways: dict[str, frozenset[Way]] = field(default_factory=dict)
    after: dict[str, tuple[str, ...]] = field(default_factory=dict)


def route_of(model: Model) -> Route:
    """Go through the model from its begin; arrows that lead back are noted and taken out of it."""
    flows = _forward(model)
    route = Route()
    for key in _ordered(model, flows):
        coming = [flow for flow in flows if flow.target == key]
        ways = {way for flow in coming for way in _along(flow, model, route)}
        route.ways[key] = _simplified(ways or {frozenset()}, model)
        before = [one for flow in coming for one in _before(flow.source, model, route)]
        route.after[key] = _nearest(dict.fromkeys(before), route)
        if model.nodes[key].kind in TASKS:
            route.steps.append(model.nodes[key])
    return route


def _forward(model: Model) -> list[Flow]:
    """The flows that can be walked, without those that lead back."""
    kept: list[Flow] = []
    back: set[int] = set()
    done: set[str] = set()
    for start in begins(model) or list(model.nodes)[:1]:
        open_nodes = [start]
        waiting = [(start, iter(model.leaving(start)))]
        while waiting:
            node, leaving = waiting[-1]
            flow = next(leaving, None)
            if flow is None:
                waiting.pop()
                open_nodes.pop()
                done.add(node)
            elif flow.target in open_nodes:
                target = model.nodes[flow.target]
                said = f"leads back to {target.name or target.id}: a department returns or resumes"
                model.note(Node(id=flow.id, kind="sequenceFlow", name=flow.name), said)
                back.add(id(flow))
            else:
                kept.append(flow)
                if flow.target not in done:
                    open_nodes.append(flow.target)
                    waiting.append((flow.target, iter(model.leaving(flow.target))))
    model.flows = [flow for flow in model.flows if id(flow) not in back]
    return kept


def _ordered(model: Model, flows: list[Flow]) -> list[str]:
    reached = {*begins(model), *(flow.target for flow in flows)}
    waits = {key: {it.source for it in flows if it.target == key} for key in reached}
    order: list[str] = []
    while waits:
        free = [key for key in model.nodes if key in waits and not waits[key] & waits.keys()]
        order += free
        for key in free:
            del waits[key]
    return order


def _along(flow: Flow, model: Model, route: Route) -> Iterable[Way]:
    ways = route.ways[flow.source]
    return (way | {flow.id} for way in ways) if chosen(flow, model) else ways


def chosen(flow: Flow, model: Model) -> bool:
    """Whether an arrow is taken only sometimes."""
    source = model.nodes[flow.source]
    if source.kind in CHOICES:
        return len(model.leaving(source.id)) > 1
    return source.kind in TASKS and (bool(flow.condition) or flow.id == source.default)


def _before(key: str, model: Model, route: Route) -> tuple[str, ...]:
    return (key,) if model.nodes[key].kind in TASKS else route.after[key]


def _nearest(steps: Iterable[str], route: Route) -> tuple[str, ...]:
    """Without those that another of them waits for anyhow."""
    earlier: set[str] = set()
    waiting = [one for step in steps for one in route.after[step]]
    while waiting:
        if (step := waiting.pop()) not in earlier:
            earlier.add(step)
            waiting += route.after[step]
    return tuple(step for step in steps if step not in earlier)


def _simplified(ways: set[Way], model: Model) -> frozenset[Way]:
    ways = set(sorted(ways, key=sorted)[: MOST_WAYS * 4])
    changed = True
    while changed:
        changed = False
        for source in {flow.source for flow in model.flows if chosen(flow, model)}:
            arms = [it.id for it in model.leaving(source)]
            for way in list(ways):
                rest = next((way - {arm} for arm in arms if arm in way), None)
                together = {rest | {arm} for arm in arms} if rest is not None else set()
                if rest is not None and together <= ways and _decides(source, model):
                    ways = ways - together | {rest}
                    changed = True
    return frozenset(way for way in ways if not any(other < way for other in ways))


def _decides(source: str, model: Model) -> bool:
    """Whether one arrow of a node is always taken."""
    return model.nodes[source].kind in CHOICES
