"""Conditions of service items, in CEL (Common Expression Language), behind one function.

A condition speaks of `form.<field>` and of `results.<task>.<field>`, where a hyphen in the key of a
task is written `_`. What it names must be there, or be asked for with `has(...)` in the same
condition: an absent value is an error and never silently false. (CEL alone would let
`form.absent == 1 && form.other` be false.) An empty value, null, counts as absent.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from shared.celengine import cel
from shared.conditiontext import PARTS, Name, Reading, read
from shared.errors import Fault, Invalid

LONGEST = 500
"""Characters in a condition."""

DEEPEST = 12
"""Brackets within brackets; also bounds the work of the parser."""

MOST_LOOPS = 2
"""`exists`, `all`, `filter`, `map` in one condition; bounds the work of an evaluation."""

_EXAMPLE = {"form": "form.area", "results": "results.planning.height"}

_SIGNS = {"and": "&&", "or": "||", "not": "!"}

FUNCTIONS = frozenset(
    {"bool", "bytes", "double", "duration", "dyn", "int", "string", "timestamp", "type", "uint"}
    | {"contains", "endsWith", "matches", "max", "min", "size", "startsWith"}
    | {"getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear", "getFullYear", "getMonth"}
    | {"getHours", "getMinutes", "getSeconds"}
)


class BadCondition(Invalid):
    """The text of a condition cannot be one: its syntax, its length, or what it speaks of."""


class ConditionFailed(Invalid):
    """A condition gives no answer for these values: something is absent or of the wrong type."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A compiled condition.

    `names` are the values that it uses, as paths: `("form", "area")`. `asked` are those of them
    whose presence it asks for with `has`.
    """

    source: str
    names: frozenset[Name]
    asked: frozenset[Name]
    _program: Any

    def holds(self, values: Mapping[str, Mapping[str, Any]]) -> bool:
        """Whether the condition is true of `values`, a mapping of each root; or ConditionFailed."""
        used = self._used_of(values)
        try:
            answer = self._program.execute(used)
        except Exception as error:  # the package raises eight kinds, from KeyError to OverflowError
            raise self._failed(f"fails: {_told(error)}") from error
        if not isinstance(answer, bool):
            raise self._failed(f"gives {answer!r} and not true or false")
        return answer

    def _failed(self, problem: str) -> ConditionFailed:
        return ConditionFailed(Fault("", f"the condition `{self.source}` {problem}"))

    def _used_of(self, values: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
        # To hand over whole forms costs thirty times what the evaluation does.
        used: dict[str, dict[str, Any]] = {}
        for name in self.names:
            inner = used.setdefault(name[0], {})
            for part in name[1:-1]:
                inner = inner.setdefault(part, {})
            value = _find(values, name)
            if value is not None:
                inner[name[-1]] = value
            elif name not in self.asked:
                raise self._failed(f"fails: {spelled(name)} is absent")
        return used


@lru_cache(maxsize=4096)
def condition(source: str) -> Condition:
    """The condition written in `source`, compiled once; raises BadCondition."""
    reading = read(source)
    problem = next(_problems(source, reading), None)
    if problem:
        raise BadCondition(Fault("", problem))
    try:
        program = cel.compile(source)
    except ValueError as error:
        raise BadCondition(Fault("", _syntax(str(error)))) from error
    return Condition(source, reading.names, reading.asked, program)


def spelled(name: Name) -> str:
    """A name as it is written in a condition: `form.area`."""
    return ".".join(name)


def _problems(source: str, reading: Reading) -> Iterator[str]:
    if not source.strip():
        yield "is empty"
    if len(source) > LONGEST:
        yield f"has {len(source)} characters, and {LONGEST} are allowed"
    if reading.depth > DEEPEST:
        yield f"has brackets {reading.depth} deep, and {DEEPEST} are allowed"
    if reading.loops > MOST_LOOPS:
        yield f"goes through {reading.loops} lists, and {MOST_LOOPS} are allowed"
    for word in sorted({name[0] for name in reading.names} & _SIGNS.keys()):
        yield f"has the word `{word}`: write `{_SIGNS[word]}`"
    for root in sorted({name[0] for name in reading.names} - PARTS.keys()):
        yield f"speaks of `{root}`, but only `form` and `results` are there{_meant(root, PARTS)}"
    for name in sorted(reading.names):
        if len(name) < PARTS.get(name[0], 0):
            yield f"must say what of `{spelled(name)}` it means, as in `{_EXAMPLE[name[0]]}`"
    for function in sorted(reading.functions - FUNCTIONS):
        yield f"calls `{function}`, which is no function{_meant(function, FUNCTIONS)}"


def _meant(word: str, known: Any) -> str:
    near = get_close_matches(word, sorted(known), 1)
    return f"; did you mean `{near[0]}`?" if near else ""


def _syntax(text: str) -> str:
    """The part of the parser's message that helps: where, and what it stumbled over."""
    _, _, place = text.partition("<input>:")
    if not place:
        return "is not a condition"
    _line, column, rest = place.split(":", 2)
    said = rest.strip().removeprefix("Syntax error: ").split(" expecting", 1)[0].splitlines()[0]
    return f"cannot be read at character {column}: {said}"


def _told(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"{error.args[0]} is absent"
    return str(error).split(".", 1)[0]


def _find(values: Mapping[str, Any], name: Name) -> Any:
    found: Any = values
    for part in name:
        found = found.get(part)
        if found is None:
            return None
    return found
