"""The choices at gateways as form fields and conditions.

Where every arrow of a gateway has a condition that can be taken over, the fields are those that the
conditions name. Otherwise the applicant is asked what the gateway asks: a field whose choices are
the arrows, or, where several arrows may be taken at once, a yes or no for each.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass, field

from services.routing.bpmn.expressions import Translated, field_name, translated
from services.routing.bpmn.model import Flow, Model, Node
from services.routing.bpmn.route import Route, Way, chosen


@dataclass(kw_only=True)
class Choices:
    """The condition of each arrow by its id, and the lines of each form field."""

    conditions: dict[str, str] = field(default_factory=dict)
    fields: dict[str, list[str]] = field(default_factory=dict)

    def when(self, ways: Collection[Way]) -> str:
        """The condition under which a step is reached; empty where it always is."""
        if not ways or any(not way for way in ways):
            return ""
        terms = [[self.conditions[one] for one in sorted(way)] for way in sorted(ways, key=sorted)]
        said = [" && ".join(_bracketed(one, len(term) > 1) for one in term) for term in terms]
        return " || ".join(_bracketed(one, len(said) > 1) for one in said)


def choices_of(model: Model, route: Route) -> Choices:
    """The choices of all gateways that are reached."""
    choices = Choices()
    for node in model.nodes.values():
        flows = [flow for flow in model.leaving(node.id) if chosen(flow, model)]
        if flows and node.id in route.ways:
            _at(node, flows, choices, model)
    return choices


def _at(node: Node, flows: list[Flow], choices: Choices, model: Model) -> None:
    found = {it.id: translated(it.condition) for it in flows if it.id != node.default}
    known = {key: one for key, one in found.items() if one and _agree(one, choices)}
    if len(known) == len(found):
        _taken_over(flows, known, choices)
        return
    if any(flow.condition for flow in flows):
        texts = "; ".join(flow.condition for flow in flows if flow.condition)
        said = f"its conditions are not taken over, a form field stands for them: {texts}"
        model.note(Node(id=node.id, kind="conditionExpression", name=node.name), said)
    _asked(node, flows, choices)


def _agree(one: Translated, choices: Choices) -> bool:
    """Whether no field is of another type already."""
    return all(
        choices.fields.get(name, _lines(name, kind)) == _lines(name, kind)
        for name, kind in one.fields.items()
    )


def _taken_over(flows: list[Flow], known: dict[str, Translated], choices: Choices) -> None:
    for one in known.values():
        for name, kind in one.fields.items():
            choices.fields[name] = _lines(name, kind)
    for flow in flows:
        if flow.id in known:
            choices.conditions[flow.id] = known[flow.id].cel
        else:
            others = " || ".join(_bracketed(one.cel, len(known) > 1) for one in known.values())
            choices.conditions[flow.id] = f"!({others})"


def _asked(node: Node, flows: list[Flow], choices: Choices) -> None:
    name = _free(field_name(node.name) or field_name(node.id) or "choice", choices)
    if node.kind == "exclusiveGateway":
        said = _distinct([flow.name or flow.id for flow in flows])
        options = ", ".join(json.dumps(one, ensure_ascii=False) for one in said)
        choices.fields[name] = [*_lines(node.name or name, "choice"), f"choices: [{options}]"]
        for flow, one in zip(flows, said, strict=True):
            choices.conditions[flow.id] = f"form.{name} == {_quoted(one)}"
        return
    for number, flow in enumerate(flows, 1):
        own = _free(f"{name}_{field_name(flow.name) or number}"[:60], choices)
        choices.fields[own] = _lines(flow.name or own, "boolean")
        choices.conditions[flow.id] = f"form.{own}"


def _quoted(words: str) -> str:
    plain = "'" not in words and "\\" not in words
    return f"'{words}'" if plain else json.dumps(words, ensure_ascii=False)


def _lines(words: str, kind: str) -> list[str]:
    said = json.dumps(words, ensure_ascii=False)
    return [f"title: {{zh: {said}, en: {said}}} # TODO in both languages", f"type: {kind}"]


def _free(name: str, choices: Choices) -> str:
    free, number = name, 2
    while free in choices.fields:
        free, number = f"{name}_{number}", number + 1
    return free


def _distinct(words: list[str]) -> list[str]:
    twice = {one for one in words if words.count(one) > 1}
    return [f"{one} {number}" if one in twice else one for number, one in enumerate(words, 1)]


def _bracketed(text: str, needed: bool) -> str:
    return f"({text})" if needed and (" " in text) else text
