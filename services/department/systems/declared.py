"""From what YAML gives to a field mapping, with a fault for each rule that cannot work. Pure."""

import re
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from services.department.systems.mapping import TYPES, FieldMapping, Rule
from services.department.systems.paths import ABSENT
from shared.errors import Fault, Invalid

PLACE = re.compile(r"[^.\s]+(\.[^.\s]+)*")


def mapping_from(
    declared: Mapping[str, Any],
    path: str,
    *,
    sources: Collection[str] = (),
    places: Collection[str] = (),
) -> FieldMapping:
    """Read a mapping. `sources` and `places` are the names of ours that may stand first on either
    side, empty for the other side's own. Raises Invalid naming every rule that is wrong."""
    faults: list[Fault] = []
    rules: dict[str, Rule] = {}
    for place, rule in declared.items():
        here = f"{path}.{place}"
        faults += _name_faults(place, here, places)
        try:
            rules[place] = _rule(rule, here, sources)
        except Invalid as error:
            faults += error.faults
    faults += _collisions(rules, path)
    if faults:
        raise Invalid(*faults)
    return FieldMapping(rules)


def _rule(declared: Any, path: str, sources: Collection[str]) -> Rule:
    plain: dict[str, Any] = {"from": declared} if isinstance(declared, str) else dict(declared)
    given = [key for key in ("from", "constant", "each") if key in plain]
    if len(given) != 1:
        raise Invalid(Fault(path, "must have one of from, constant, each"))
    if given != ["from"]:
        _refuse_beside(plain, given[0], path)
    if given == ["constant"]:
        return Rule(constant=plain["constant"])
    source = plain[given[0]]
    faults = list(_name_faults(source, f"{path}.{given[0]}", sources))
    if "table" in plain and "as" in plain:
        faults.append(Fault(f"{path}.as", "does not go together with table"))
    if faults:
        raise Invalid(*faults)
    return Rule(
        source=source,
        table=plain.get("table"),
        type=_type(plain, path),
        default=plain.get("default", ABSENT),
        each=mapping_from(plain.get("fields", {}), f"{path}.fields") if "each" in plain else None,
    )


def _refuse_beside(plain: Mapping[str, Any], given: str, path: str) -> None:
    fitting = {"constant": {"constant"}, "each": {"each", "fields", "default"}}[given]
    faults = [
        Fault(f"{path}.{key}", f"does not go together with {given}")
        for key in plain
        if key not in fitting
    ]
    if given == "each" and not plain.get("fields"):
        faults.append(Fault(f"{path}.fields", "is missing: what stands where in each element"))
    if faults:
        raise Invalid(*faults)


def _type(plain: Mapping[str, Any], path: str) -> str:
    found = plain.get("as", "")
    if found and found not in TYPES:
        raise Invalid(Fault(f"{path}.as", f"must be one of {', '.join(TYPES)}"))
    return str(found)


def _name_faults(name: str, path: str, known: Collection[str]) -> Iterator[Fault]:
    if not PLACE.fullmatch(name):
        yield Fault(path, f"{name!r} is not a place such as applicant.name")
        return
    first, dot, _ = name.partition(".")
    if not known or name in known or (dot and first in known):
        return
    near = get_close_matches(name, list(known), n=1)
    meant = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(sorted(known))}"
    yield Fault(path, f"{name!r} is not known here{meant}")


def _collisions(rules: Mapping[str, Rule], path: str) -> Iterator[Fault]:
    for place in rules:
        for other in rules:
            if place.startswith(f"{other}."):
                yield Fault(f"{path}.{place}", f"lies within {other}, which is filled as a whole")
