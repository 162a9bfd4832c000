"""Which ladder a clock climbs, and which refused answers alert: policies.yaml. What a ladder says
of each rung stands in `rungs`, and how a change of the file is followed in `rulefile`."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from services.supervision.clocks import KINDS, LIKE
from services.supervision.posts import OF_DEPARTMENT, ROLES
from services.supervision.rulefile import version_of
from services.supervision.rungs import Written, names, written
from shared.errors import Fault, Invalid
from shared.lights import Choices, Ladder
from shared.lights.choices import nearest
from shared.worktime import NATION
from shared.worktime.regions import checked_region, lineage
from shared.yamlfile import plain_of, text_of

FILE = "policies.yaml"
Choice = Mapping[str, Written]
"""The ladder for each kind of clock that is spoken of."""
SILENT = Written()
PLACES = ("clocks", "items", "departments")
"""What may be said for all regions, and for each."""

REFUSALS = {
    "forged": True,
    "not_held": True,
    "settled": True,
    "cancelled": False,
    "repeated": True,
    "altered": True,
    "rule": False,
}
"""Why an answer did not count (see Refused), and whether that alerts unless the file says."""

OTHERS: Mapping[str, tuple[str, ...]] = {
    "refused": ("centre",),
    "parked": ("centre",),
    "calendar": ("centre",),
    "rating": ("centre",),
    "unreached": ("centre", "leadership"),
}
"""Alerts of no limit, and the roles that they tell unless the file says. Where an alert reached
nobody and no higher rung has anybody, these are asked one after the other."""
OF_A_DEPARTMENT = ("calendar", "rating")
"""Those of them that are about a department."""

ALERTED = frozenset(ground for ground, alerted in REFUSALS.items() if alerted)


@dataclass(frozen=True, kw_only=True)
class Policy(Choices[Written]):
    """Ladders by kind of clock, and where an item, a department or a region has others; and on
    which grounds an answer that did not count alerts. `others` are the roles that alerts of no
    limit tell. `version` tells the text from any other."""

    refusals: frozenset[str] = ALERTED
    others: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: OTHERS)
    version: str = ""

    def ladder(self, kind: str, *, item: str, department: str) -> Ladder:
        """The rungs of a clock with their moments."""
        return self.written(kind, item=item, department=department).climbed

    def written(self, kind: str, *, item: str, department: str) -> Written:
        """The ladder of a clock as it is written."""
        return self.chosen(kind, item=item, department=department) or SILENT


def read_policy(path: Path) -> Policy:
    """Read policies.yaml. Raises Invalid naming every field that is wrong."""
    return policy_of(text_of(path, "policies"))


def policy_of(text: str) -> Policy:
    """The policy of a text. Raises Invalid naming every field that is wrong."""
    return policy_from(plain_of(text, field="policies", file=FILE), version=version_of(text))


def policy_from(data: Any, *, version: str = "") -> Policy:
    """Make a policy from what YAML gives. Raises Invalid naming every field that is wrong."""
    reading = _Reading()
    known = {"ladders", *PLACES, "regions", "refusals", "others"}
    parts = reading.mapping(data, "policies", known)
    for name, ladder in reading.mapping(parts.get("ladders"), "ladders").items():
        reading.ladder(name, ladder)
    policy = replace(reading.policy(parts, ""), version=version)
    later = {kind: policy.clocks[like] for kind, like in LIKE.items() if like in policy.clocks}
    policy = replace(policy, clocks={**later, **policy.clocks})
    policy = replace(policy, refusals=reading.refusals(parts.get("refusals") or {}))
    policy = replace(policy, others=reading.others(parts.get("others") or {}))
    policy = replace(policy, regions=reading.regions(parts.get("regions") or {}, policy))
    missing = [kind for kind in KINDS if kind not in {*policy.clocks, *LIKE}]
    reading.faults += [Fault(f"clocks.{kind}", "is missing: name its ladder") for kind in missing]
    if reading.faults:
        raise Invalid(*reading.faults)
    return policy


class _Reading:
    """Collects the faults of a file while its parts are read."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._ladders: dict[str, Written] = {}

    def mapping(self, data: Any, name: str, known: set[str] | None = None) -> dict[str, Any]:
        if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
            self.faults.append(Fault(name, "must be a mapping"))
            return {}
        for unknown in data.keys() - (known or data.keys()):
            self.faults.append(Fault(f"{name}.{unknown}", "is unknown"))
        return data

    def ladder(self, name: str, data: Any) -> None:
        said = self.mapping(data, f"ladders.{name}")
        self._ladders[name] = SILENT
        try:
            self._ladders[name] = written(said, f"ladders.{name}")
        except Invalid as error:
            self.faults += error.faults

    def policy(self, parts: Mapping[str, Any], lead: str) -> Policy:
        return Policy(
            clocks=self.choice(parts.get("clocks") or {}, f"{lead}clocks"),
            items=self.choices(parts.get("items") or {}, f"{lead}items"),
            departments=self.choices(parts.get("departments") or {}, f"{lead}departments"),
        )

    def regions(self, data: Any, nation: Policy) -> dict[str, Policy]:
        """The policies of regions, each with the next wider one behind it."""
        found: dict[str, Policy] = {}
        said = {str(key): it for key, it in data.items()} if isinstance(data, dict) else data
        parts = self.mapping(said, "regions")
        for region in sorted(parts, key=lambda it: len(lineage(it))):
            name = f"regions.{region}"
            own = self.policy(self.mapping(parts[region], name, set(PLACES)), f"{name}.")
            wider = next((found[it] for it in nearest(region) if it in found), nation)
            found[self.region(region, name)] = replace(
                own,
                wider=wider,
                refusals=nation.refusals,
                others=nation.others,
                version=nation.version,
            )
        return found

    def region(self, region: str, name: str) -> str:
        try:
            if checked_region(region) in (region, NATION) and region != NATION:
                return region
            self.faults.append(Fault(name, f"is written {checked_region(region)}"))
        except Invalid as error:
            self.faults += [Fault(name, it.problem) for it in error.faults]
        return region

    def refusals(self, data: Any) -> frozenset[str]:
        said = self.mapping(data, "refusals", set(REFUSALS))
        for ground, what in said.items():
            if what not in ("alert", "record"):
                self.faults.append(Fault(f"refusals.{ground}", "is one of alert, record"))
        if said.get("forged", "alert") != "alert":
            self.faults.append(Fault("refusals.forged", "always alerts"))
        usual = dict.fromkeys(ALERTED, "alert")
        return frozenset(ground for ground, what in {**usual, **said}.items() if what == "alert")

    def others(self, data: Any) -> dict[str, tuple[str, ...]]:
        said = self.mapping(data, "others", set(OTHERS))
        found = {kind: names(roles) for kind, roles in said.items()}
        for kind, roles in found.items():
            posts = [it for it in ROLES if kind in OF_A_DEPARTMENT or it not in OF_DEPARTMENT]
            for role in roles:
                if role not in posts:
                    problem = f"{role!r} is none of {', '.join(posts)}"
                    self.faults.append(Fault(f"others.{kind}", problem))
        return {**OTHERS, **found}

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
            if not isinstance(ladder, str) or ladder not in self._ladders:
                names = ", ".join(sorted(self._ladders))
                problem = f"names no ladder ({ladder!r}); there are {names}"
                self.faults.append(Fault(f"{name}.{kind}", problem))
            elif kind != "handling" and any(it.order for it in self._ladders[ladder].rungs):
                problem = f"the ladder {ladder!r} has an order, which is for handling alone"
                self.faults.append(Fault(f"{name}.{kind}", problem))
        return {kind: self._ladders.get(str(ladder), SILENT) for kind, ladder in chosen.items()}
