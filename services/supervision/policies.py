"""Which ladder a clock climbs, and which refused answers alert: policies.yaml, read and checked
once at the start."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from services.supervision.clocks import KINDS
from services.supervision.ladder import Ladder, checked
from shared.errors import Fault, Invalid

Choice = Mapping[str, Ladder]
"""The ladder for each kind of clock that is spoken of."""

REFUSALS = {
    "forged": True,
    "not_held": True,
    "settled": True,
    "cancelled": False,
    "repeated": True,
    "rule": False,
}
"""Why an answer did not count (see Refused), and whether that alerts unless the file says."""

ALERTED = frozenset(ground for ground, alerted in REFUSALS.items() if alerted)


@dataclass(frozen=True, kw_only=True)
class Policy:
    """Ladders by kind of clock, and where an item or a department has others; and on which
    grounds an answer that did not count alerts."""

    clocks: Choice
    items: Mapping[str, Choice] = field(default_factory=dict)
    departments: Mapping[str, Choice] = field(default_factory=dict)
    refusals: frozenset[str] = ALERTED

    def ladder(self, kind: str, *, item: str, department: str) -> Ladder:
        """The ladder of a clock: its item's, else its department's, else the one for all."""
        for choice in (self.items.get(item), self.departments.get(department), self.clocks):
            if choice and kind in choice:
                return choice[kind]
        return ()


def read_policy(path: Path) -> Policy:
    """Read policies.yaml. Raises Invalid naming every field that is wrong."""
    try:
        return policy_from(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise Invalid(Fault("policies", f"{path} cannot be read: {error.strerror}")) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Invalid(Fault("policies", f"{path} is not YAML: {error}")) from error


def policy_from(data: Any) -> Policy:
    """Make a policy from what YAML gives. Raises Invalid naming every field that is wrong."""
    reading = _Reading()
    known = {"ladders", "clocks", "items", "departments", "refusals"}
    parts = reading.mapping(data, "policies", known)
    for name, ladder in reading.mapping(parts.get("ladders"), "ladders").items():
        reading.ladder(name, ladder)
    policy = Policy(
        clocks=reading.choice(parts.get("clocks"), "clocks"),
        items=reading.choices(parts.get("items") or {}, "items"),
        departments=reading.choices(parts.get("departments") or {}, "departments"),
        refusals=reading.refusals(parts.get("refusals") or {}),
    )
    missing = [kind for kind in KINDS if kind not in policy.clocks]
    reading.faults += [Fault(f"clocks.{kind}", "is missing: name its ladder") for kind in missing]
    if reading.faults:
        raise Invalid(*reading.faults)
    return policy


class _Reading:
    """Collects the faults of a file while its parts are read."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._ladders: dict[str, Ladder] = {}

    def mapping(self, data: Any, name: str, known: set[str] | None = None) -> dict[str, Any]:
        if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
            self.faults.append(Fault(name, "must be a mapping"))
            return {}
        for unknown in data.keys() - (known or data.keys()):
            self.faults.append(Fault(f"{name}.{unknown}", "is unknown"))
        return data

    def ladder(self, name: str, data: Any) -> None:
        rungs = {key: str(when) for key, when in self.mapping(data, f"ladders.{name}").items()}
        self._ladders[name] = ()
        try:
            self._ladders[name] = checked(rungs, f"ladders.{name}")
        except Invalid as error:
            self.faults += error.faults

    def refusals(self, data: Any) -> frozenset[str]:
        said = self.mapping(data, "refusals", set(REFUSALS))
        for ground, what in said.items():
            if what not in ("alert", "record"):
                self.faults.append(Fault(f"refusals.{ground}", "is one of alert, record"))
        if said.get("forged", "alert") != "alert":
            self.faults.append(Fault("refusals.forged", "always alerts"))
        usual = dict.fromkeys(ALERTED, "alert")
        return frozenset(ground for ground, what in {**usual, **said}.items() if what == "alert")

    def choices(self, data: Any, name: str) -> dict[str, Choice]:
        return {
            key: self.choice(choice, f"{name}.{key}")
            for key, choice in self.mapping(data, name).items()
        }

    def choice(self, data: Any, name: str) -> Choice:
        chosen = self.mapping(data, name)
        for kind, ladder in chosen.items():
            if kind not in KINDS:
                problem = f"is no kind of clock; there are {', '.join(KINDS)}"
                self.faults.append(Fault(f"{name}.{kind}", problem))
            if ladder not in self._ladders:
                names = ", ".join(sorted(self._ladders))
                problem = f"names no ladder ({ladder!r}); there are {names}"
                self.faults.append(Fault(f"{name}.{kind}", problem))
        return {kind: self._ladders.get(ladder, ()) for kind, ladder in chosen.items()}
