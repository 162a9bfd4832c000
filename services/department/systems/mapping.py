"""A field mapping: what stands where in one document, from what stands where in another. Pure.

Each place of the outcome has one rule:

    caseNo: case                                    taken from a place, as it is
    status: {from: kind, table: {assigned: NEW}}    translated; what the table lacks is a fault
    area:   {from: form.area, as: number}           turned into another type
    remark: {from: note, default: "-"}              where nothing stands there, or null
    system: {constant: OneWindow}
    papers: {each: materials, fields: {title: name, sum: digest}}

What is absent and has no default is left out.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.department.systems import paths
from services.department.systems.paths import ABSENT
from shared.errors import Fault, Invalid


class _NotOfType(Exception):
    """A value is not of the type that its rule asks for."""


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return f"{value:.15g}" if isinstance(value, float) else str(value)
    raise _NotOfType("is not a text")


def _integer(value: Any) -> int:
    try:
        if isinstance(value, float) and not value.is_integer():
            raise _NotOfType("is not a whole number")
        return int(value)
    except (TypeError, ValueError, OverflowError):
        raise _NotOfType("is not a whole number") from None


def _number(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise _NotOfType("is not a number") from None
    if number - number != 0:
        raise _NotOfType("is not a number")
    return number


def _boolean(value: Any) -> bool:
    known = {"true": True, "1": True, "是": True, "false": False, "0": False, "否": False}
    found = known.get(_text(value).strip().lower())
    if found is None:
        raise _NotOfType("is not true or false")
    return found


def _date(value: Any) -> str:
    try:
        return date.fromisoformat(_text(value).strip().replace("/", "-")[:10]).isoformat()
    except ValueError:
        raise _NotOfType("is not a date such as 2026-09-30") from None


def _lines(value: Any) -> list[str]:
    return [line.strip() for line in _text(value).splitlines() if line.strip()]


TYPES: Mapping[str, Callable[[Any], Any]] = {
    "text": _text,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "lines": _lines,
}


@dataclass(frozen=True, kw_only=True)
class Rule:
    """How one place is filled; `source` is empty for a constant."""

    source: str = ""
    constant: Any = ABSENT
    table: Mapping[str, Any] | None = None
    type: str = ""
    default: Any = ABSENT
    each: "FieldMapping | None" = None

    def value(self, document: Any) -> Any:
        """What the rule makes of a document, or ABSENT; raises Invalid naming the source."""
        if not self.source:
            return self.constant
        found = paths.at(document, self.source)
        if found is ABSENT or found is None:
            return self.default
        if self.each is not None:
            return self._elements(self.each, found)
        if self.table is not None:
            return self._translated(self.table, found)
        try:
            return TYPES[self.type](found) if self.type else found
        except _NotOfType as error:
            raise Invalid(Fault(self.source, str(error))) from None

    def _elements(self, each: "FieldMapping", found: Any) -> list[Any]:
        if not isinstance(found, list):
            raise Invalid(Fault(self.source, "is not a list"))
        return [each.applied(element) for element in found]

    def _translated(self, table: Mapping[str, Any], found: Any) -> Any:
        try:
            key = _text(found).strip()
        except _NotOfType as error:
            raise Invalid(Fault(self.source, str(error))) from None
        if key in table:
            return table[key]
        if self.default is not ABSENT:
            return self.default
        known = ", ".join(table)
        raise Invalid(Fault(self.source, f"must be one of {known}, and is {key[:100]}"))


@dataclass(frozen=True)
class FieldMapping:
    """Rules by the place that each fills."""

    rules: Mapping[str, Rule]

    def applied(self, document: Any) -> dict[str, Any]:
        """The document as the other side has it; raises Invalid with every fault."""
        made: dict[str, Any] = {}
        faults: list[Fault] = []
        for place, rule in self.rules.items():
            try:
                value = rule.value(document)
            except Invalid as error:
                faults += error.faults
                continue
            if value is not ABSENT:
                paths.put(made, place, value)
        if faults:
            raise Invalid(*faults)
        return made

    def only(self, places: Collection[str]) -> "FieldMapping":
        """The rules that fill these places, or something within them."""
        return FieldMapping(
            {place: rule for place, rule in self.rules.items() if place.partition(".")[0] in places}
        )

    def source_of(self, place: str) -> str:
        """Where the other side wrote what came to stand at a place; the place, if nowhere."""
        for own, rule in self.rules.items():
            if rule.source and (place == own or place.startswith((f"{own}.", f"{own}["))):
                return rule.source + ("" if place == own else f" ({place})")
        return place
