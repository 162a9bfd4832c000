"""The rules of a score: `sheets.yaml` in the catalogue folder.

Each figure that counts has a weight, a value for full marks and one for none; between the two the
marks follow a straight line. A figure of which there is nothing to count is left out with its
weight, so nobody gains or loses by it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.supervision.sheets.figures import FIGURES
from services.supervision.sheets.sheet import Sheet
from shared.errors import Fault, Invalid
from shared.messages.parts import Text
from shared.yamlfile import plain_of, text_of

FILE = "sheets.yaml"
KEYS = {"version", "least", "score", "grades"}


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """How a figure counts: its weight, and the values for all and for none of it."""

    weight: float
    full: float
    none: float

    def marks(self, value: float) -> float:
        """From 0 to 1."""
        return min(1.0, max(0.0, (value - self.none) / (self.full - self.none)))


@dataclass(frozen=True, kw_only=True)
class Grade:
    """What a score from `at_least` on is called."""

    at_least: float
    title: Text


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How a sheet is scored. `least`: fewer tasks than this are not scored at all."""

    version: str
    score: Mapping[str, Weighed]
    grades: tuple[Grade, ...] = ()
    least: int = 1
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """What a figure gave: of `weight`, `points`; None where there was nothing to count."""

    figure: str
    weight: float
    points: float | None


@dataclass(frozen=True, kw_only=True)
class Score:
    """From 0 to 100, how it came about, and what it is called; None where nothing is scored."""

    score: float | None
    marks: tuple[Mark, ...]
    grade: Text | None


def scored(sheet: Sheet, rules: Rules) -> Score:
    """The score of a sheet."""
    marks = tuple(_mark(key, it, sheet) for key, it in rules.score.items())
    given = [it for it in marks if it.points is not None]
    weights = sum(it.weight for it in given)
    if not weights or sheet.values["ended"].count < rules.least:
        return Score(score=None, marks=marks, grade=None)
    score = round(100 * sum(it.points or 0.0 for it in given) / weights, 1)
    grade = next((it.title for it in rules.grades if score >= it.at_least), None)
    return Score(score=score, marks=marks, grade=grade)


def _mark(key: str, weighed: Weighed, sheet: Sheet) -> Mark:
    value = sheet.values[key].value
    points = None if value is None else weighed.weight * weighed.marks(value)
    return Mark(figure=key, weight=weighed.weight, points=points)


NO_RULES = Rules(version="-", score={})
"""Where there is no sheets.yaml: figures are counted, and nothing is scored."""


def read_rules(path: Path) -> Rules:
    """Read sheets.yaml, which may be missing. Raises Invalid naming every field that is wrong."""
    return rules_of(text_of(path, "sheets")) if path.exists() else NO_RULES


def rules_of(text: str) -> Rules:
    """The rules of a text, of which `{}` has none. Raises Invalid naming every field that is
    wrong."""
    plain = plain_of(text, field="sheets", file=FILE)
    return NO_RULES if plain == {} else rules_from(plain, text)


def rules_from(data: Any, text: str = "") -> Rules:
    """Make the rules from what YAML gives. Raises Invalid naming every field that is wrong."""
    reading = _Reading()
    parts = reading.mapping("sheets", data, KEYS)
    score = reading.mapping("score", parts.get("score"), {it.key for it in FIGURES})
    rules = Rules(
        version=reading.words("version", parts.get("version")),
        score={key: reading.weighed(f"score.{key}", it) for key, it in score.items()},
        grades=reading.grades(parts.get("grades") or []),
        least=int(reading.number("least", parts.get("least", 1))),
        text=text,
    )
    if not score:
        reading.wrong("score", "names no figure; give at least one with its weight")
    if reading.faults:
        raise Invalid(*reading.faults)
    return rules


class _Reading:
    """Reads on after a fault, so that all of them are told at once."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def wrong(self, name: str, problem: str) -> None:
        self.faults.append(Fault(name, problem))

    def mapping(self, name: str, data: Any, known: set[str]) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.wrong(name, f"is no mapping; it has {', '.join(sorted(known)[:6])}")
            return {}
        for key in data.keys() - known:
            place = f"{name}.{key}" if name != "sheets" else str(key)
            self.wrong(place, f"is unknown; it is one of {', '.join(sorted(known))}")
        return {key: it for key, it in data.items() if key in known}

    def words(self, name: str, data: Any) -> str:
        if not isinstance(data, str) or not data.strip():
            self.wrong(name, 'is missing; give it as text, such as "2026-1"')
            return ""
        return data.strip()

    def number(self, name: str, data: Any) -> float:
        found = re.fullmatch(r"(-?\d+(?:\.\d+)?) ?(%?)", str(data).strip())
        if isinstance(data, bool) or not found:
            self.wrong(name, f"{data!r} is no number; give one such as 90 or 90%")
            return 0.0
        return float(found[1]) / (100 if found[2] else 1)

    def weighed(self, name: str, data: Any) -> Weighed:
        parts = self.mapping(name, data, {"weight", "full", "none"})
        weight, full, none = (
            self.number(f"{name}.{key}", parts.get(key)) for key in ("weight", "full", "none")
        )
        if not self.faults and weight <= 0:
            self.wrong(f"{name}.weight", "must be more than 0; leave the figure out instead")
        if not self.faults and full == none:
            self.wrong(f"{name}.full", "is the same as none; give the two values of the line")
        return Weighed(weight=weight, full=full, none=none)

    def grades(self, data: Any) -> tuple[Grade, ...]:
        if not isinstance(data, list):
            self.wrong("grades", "is no list; give {from: 90, zh: 优秀, en: excellent}")
            return ()
        found = []
        for place, it in enumerate(data):
            parts = self.mapping(f"grades[{place}]", it, {"from", "zh", "en"})
            title = Text(zh=str(parts.get("zh", "")), en=str(parts.get("en", "")))
            if not title.zh or not title.en:
                self.wrong(f"grades[{place}]", "needs zh and en: what the grade is called")
            at_least = self.number(f"grades[{place}].from", parts.get("from"))
            found.append(Grade(at_least=at_least, title=title))
        return tuple(sorted(found, key=lambda it: -it.at_least))
