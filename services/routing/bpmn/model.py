"""What a BPMN 2.0 model says, as far as an item can take it over: nodes, flows and lanes.

An embedded sub-process dissolves: what leads to it leads to its start, and its ends lead on.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from services.routing.bpmn.document import BPMN, UnreadableModel, local, read

TASKS = {
    "task",
    "userTask",
    "serviceTask",
    "manualTask",
    "scriptTask",
    "businessRuleTask",
    "sendTask",
    "receiveTask",
    "callActivity",
}
CHOICES = {"exclusiveGateway", "inclusiveGateway"}
GATEWAYS = {*CHOICES, "parallelGateway"}
EVENTS = {"startEvent", "endEvent", "boundaryEvent"}
PASSED = {
    "intermediateCatchEvent",
    "intermediateThrowEvent",
    "eventBasedGateway",
    "complexGateway",
    "subProcess",
}
"""Nodes that an item has nothing for: the flow goes on behind them."""

_STRUCTURE = {"sequenceFlow", "laneSet", "incoming", "outgoing", "documentation"}


@dataclass(frozen=True, kw_only=True)
class Node:
    """A step, gateway or event. `timer` is a boundary event's duration, `attached` its step."""

    id: str
    kind: str
    name: str = ""
    group: str = ""
    default: str = ""
    attached: str = ""
    timer: str = ""
    repeated: bool = False


@dataclass(frozen=True, kw_only=True)
class Flow:
    """An arrow."""

    id: str
    source: str
    target: str
    name: str = ""
    condition: str = ""


@dataclass(frozen=True, kw_only=True)
class Left:
    """An element of the model and what became of it."""

    element: str
    id: str
    name: str
    said: str
    carried: bool = False


@dataclass(kw_only=True)
class Model:
    """One process of a model. `groups` says who does a step, by lane or candidate group."""

    id: str
    name: str
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)
    groups: dict[str, str] = field(default_factory=dict)
    notes: list[Left] = field(default_factory=list)

    def leaving(self, node: str) -> list[Flow]:
        """The arrows that leave a node."""
        return [flow for flow in self.flows if flow.source == node]

    def note(self, node: Node, said: str, *, carried: bool = False) -> None:
        """Say what became of an element."""
        self.notes.append(
            Left(element=node.kind, id=node.id, name=node.name, said=said, carried=carried)
        )


def model_of(content: bytes) -> Model:
    """The process of a model; of several the one with most steps. Raises UnreadableModel."""
    root = read(content)
    processes = root.findall(f"{BPMN}process")
    if not processes:
        raise UnreadableModel("holds no <process>")
    chosen = max(processes, key=_steps)
    model = Model(id=chosen.get("id", ""), name=chosen.get("name", ""))
    for other in processes:
        if other is not chosen:
            said = "another process: an item has one plan. Import it for itself"
            model.notes.append(_left(other, said))
    for top in root:
        if local(top) == "collaboration":
            _collaboration(top, model)
    _process(chosen, model)
    model.flows = list(_sound(model))
    return model


def _steps(process: Element) -> int:
    return sum(local(one) in TASKS for one in process.iter())


def _left(element: Element, said: str) -> Left:
    name = element.get("name", "")
    return Left(element=local(element), id=element.get("id", "-"), name=name, said=said)


def _collaboration(element: Element, model: Model) -> None:
    for one in element:
        if local(one) == "participant" and one.get("processRef") == model.id:
            model.name = model.name or one.get("name", "")
        elif local(one) == "messageFlow":
            model.notes.append(_left(one, "messages between pools: tasks are told by the system"))


def _process(element: Element, model: Model, inside: str = "") -> None:
    for lane in element.iter(f"{BPMN}lane"):
        for ref in lane.findall(f"{BPMN}flowNodeRef"):
            model.groups[(ref.text or "").strip()] = lane.get("name", "")
    for one in element:
        kind = local(one)
        if kind == "sequenceFlow":
            model.flows.append(_flow(one))
        elif kind in TASKS | GATEWAYS | EVENTS | PASSED:
            _node(one, model, inside)
        elif kind not in _STRUCTURE:
            said = "settings of the tool that drew it" if kind == "extensionElements" else ""
            model.notes.append(_left(one, said or "an item has nothing for it"))


def _node(element: Element, model: Model, inside: str) -> None:
    node = _of(element)
    model.nodes[node.id] = node
    for key, value in element.attrib.items():
        if key.endswith("candidateGroups"):
            model.groups[node.id] = value.split(",")[0].strip()
    if node.id not in model.groups and inside in model.groups:
        model.groups[node.id] = model.groups[inside]
    if node.kind == "subProcess":
        _dissolve(element, node, model)


def _of(element: Element) -> Node:
    node_id = element.get("id", "")
    if not node_id:
        raise UnreadableModel(f"has a <{local(element)}> without an id")
    timer = element.find(f"{BPMN}timerEventDefinition/{BPMN}timeDuration")
    return Node(
        id=node_id,
        kind=local(element),
        name=" ".join(element.get("name", "").split()),
        default=element.get("default", ""),
        attached=element.get("attachedToRef", ""),
        timer=(timer.text or "").strip() if timer is not None else "",
        repeated=any(local(one).endswith("LoopCharacteristics") for one in element),
    )


def _flow(element: Element) -> Flow:
    condition = element.find(f"{BPMN}conditionExpression")
    return Flow(
        id=element.get("id", ""),
        source=element.get("sourceRef", ""),
        target=element.get("targetRef", ""),
        name=" ".join(element.get("name", "").split()),
        condition=(condition.text or "").strip() if condition is not None else "",
    )


def _dissolve(element: Element, node: Node, model: Model) -> None:
    behind = f"{node.id}/end"
    model.nodes[behind] = Node(id=behind, kind="end of subProcess")
    known = set(model.nodes)
    _process(element, model, node.id)
    inner = [model.nodes[key] for key in model.nodes if key not in known]
    for key in _begins(inner, model):
        model.flows.append(Flow(id=f"{node.id}/{key}", source=node.id, target=key))
    for one in inner:
        if one.kind == "endEvent":
            model.flows.append(Flow(id=f"{one.id}/", source=one.id, target=behind))


def _sound(model: Model) -> Iterator[Flow]:
    """The flows between nodes that are there; what left a sub-process leaves its end."""
    for flow in model.flows:
        inward = flow.id == f"{flow.source}/{flow.target}"
        dissolved = f"{flow.source}/end" in model.nodes and not inward
        source = f"{flow.source}/end" if dissolved else flow.source
        if source in model.nodes and flow.target in model.nodes:
            yield replace(flow, source=source)
        else:
            said = f"leads from {flow.source or '-'} to {flow.target or '-'}: one is not there"
            model.notes.append(Left(element="sequenceFlow", id=flow.id, name=flow.name, said=said))


def _begins(nodes: list[Node], model: Model) -> Iterator[str]:
    led_to = {flow.target for flow in model.flows}
    free = [it for it in nodes if it.id not in led_to and it.kind != "boundaryEvent"]
    yield from [it.id for it in free if it.kind == "startEvent"] or [it.id for it in free]


def begins(model: Model) -> list[str]:
    """Where the process begins: its start events, or what nothing leads to."""
    return list(_begins(list(model.nodes.values()), model))
