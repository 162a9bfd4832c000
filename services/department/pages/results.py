"""From what an officer typed to the results that the item asks a task to state. Pure."""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from shared.errors import Fault, Invalid

Rule = Mapping[str, Any]


def loaded(rules: Sequence[Rule], typed: Mapping[str, str]) -> dict[str, Any]:
    """The results as their fields want them; raises Invalid naming every field that is wrong."""
    faults = list(_faults(rules, typed))
    if faults:
        raise Invalid(*faults)
    return {
        rule["name"]: _value(rule, typed[rule["name"]].strip())
        for rule in rules
        if typed.get(rule["name"], "").strip()
    }


def _faults(rules: Sequence[Rule], typed: Mapping[str, str]) -> Iterator[Fault]:
    for rule in rules:
        path, text = f"results.{rule['name']}", typed.get(rule["name"], "").strip()
        if not text:
            if rule["required"]:
                yield Fault(path, "fault.missing")
        elif problem := _problem(rule, text):
            yield Fault(path, problem)


def _problem(rule: Rule, text: str) -> str:
    try:
        value = _value(rule, text)
    except ValueError:
        return _WRONG[rule["type"]]
    if rule["choices"] and text not in rule["choices"]:
        return "fault.not_choice"
    if rule["pattern"] and not re.fullmatch(rule["pattern"], text):
        return "fault.pattern"
    if rule["max_length"] and len(text) > rule["max_length"]:
        return f"Longer than maximum length {rule['max_length']}."
    return _out_of_range(rule, value) if rule["type"] in ("integer", "number") else ""


def _out_of_range(rule: Rule, value: float) -> str:
    if rule["minimum"] is not None and value < rule["minimum"]:
        return f"Must be greater than or equal to {rule['minimum']:g}."
    if rule["maximum"] is not None and value > rule["maximum"]:
        return f"Must be less than or equal to {rule['maximum']:g}."
    return ""


def _yes_or_no(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(text)
    return text == "true"


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _day(text: str) -> str:
    return date.fromisoformat(text).isoformat()


def _value(rule: Rule, text: str) -> Any:
    """A list is typed one element a line, each giving the element's first field."""
    if rule["type"] != "list":
        return _READ[rule["type"]](text)
    name = rule["fields"][0]["name"]
    return [{name: line.strip()} for line in text.splitlines() if line.strip()]


_READ: Mapping[str, Callable[[str], Any]] = {
    "text": str,
    "choice": str,
    "integer": int,
    "number": _number,
    "boolean": _yes_or_no,
    "date": _day,
}
_WRONG = {
    "integer": "fault.not_number",
    "number": "fault.not_number",
    "boolean": "fault.not_choice",
    "date": "fault.not_day",
}
