"""What the text of a condition speaks of, found without evaluating it.

The CEL package tells only the first part of a name (`form`), so the words are read here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

Name = tuple[str, ...]

PARTS = {"form": 2, "results": 3}
"""How many parts a whole name has: form.<field>, results.<task>.<field>."""

_LOOPS = {"exists", "exists_one", "all", "filter", "map"}
_WORDS = {"true", "false", "null", "in"}
_TOKEN = re.compile(
    r"""
      (?P<comment> //[^\n]* )
    | (?P<text> [rRbB]{0,2} (?: \"{3}.*?\"{3} | '{3}.*?'{3}
                              | "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*' ) )
    | (?P<word> [A-Za-z_]\w* )
    | (?P<number> \d+(?:\.\d+)?(?:[eE][+-]?\d+)?\w* )
    | (?P<sign> \S )
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(kw_only=True)
class Reading:
    """The names, functions and shape of a condition. `asked` are the names inside `has(...)`."""

    names: frozenset[Name] = frozenset()
    asked: frozenset[Name] = frozenset()
    functions: frozenset[str] = frozenset()
    depth: int = 0
    loops: int = 0


@dataclass(kw_only=True)
class _Walk:
    """The words of a condition from left to right, and what was met so far."""

    tokens: list[str]
    bound: set[str]
    names: set[Name] = field(default_factory=set)
    asked: set[Name] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)

    def at(self, place: int) -> str:
        return self.tokens[place] if 0 <= place < len(self.tokens) else ""

    def go(self) -> None:
        for place, word in enumerate(self.tokens):
            if not _is_word(word) or word in _WORDS:
                continue
            if self.at(place + 1) == "(":
                self._call(place, word)
            elif self.at(place - 1) != "." and word not in self.bound:
                self._name(place)

    def _call(self, place: int, word: str) -> None:
        loop = word in _LOOPS and self.at(place - 1) == "."
        if not loop and word != "has":
            self.functions.add(word)

    def _name(self, place: int) -> None:
        name = tuple(self._parts(place))[: PARTS.get(self.at(place))]
        self.names.add(name)
        if self.at(place - 1) == "(" and self.at(place - 2) == "has":
            self.asked.add(name)

    def _parts(self, place: int) -> Iterator[str]:
        yield self.at(place)
        while True:
            if self.at(place + 1) == "." and self.at(place + 3) != "(":
                yield self.at(place + 2)
                place += 2
            elif self.at(place + 1) == "[" and self.at(place + 2)[:1] in {'"', "'"}:
                yield self.at(place + 2)[1:-1]
                place += 3
            else:
                return


def read(source: str) -> Reading:
    """What `source` speaks of; also for a text that is no condition (the parser will say so)."""
    tokens = [found[0] for found in _TOKEN.finditer(source) if found.lastgroup != "comment"]
    loops = [place for place in range(1, len(tokens)) if _opens_loop(tokens, place)]
    walk = _Walk(tokens=tokens, bound={tokens[place + 2] for place in loops})
    walk.go()
    return Reading(
        names=frozenset(walk.names),
        asked=frozenset(walk.asked),
        functions=frozenset(walk.functions),
        depth=_depth(tokens),
        loops=len(loops),
    )


def _opens_loop(tokens: list[str], place: int) -> bool:
    return (
        tokens[place] in _LOOPS
        and tokens[place - 1] == "."
        and tokens[place + 1 : place + 2] == ["("]
        and tokens[place + 3 : place + 4] == [","]
    )


def _is_word(word: str) -> bool:
    return word[0].isalpha() or word[0] == "_" if not word.endswith(("'", '"')) else False


def _depth(tokens: list[str]) -> int:
    depth = deepest = 0
    for word in tokens:
        depth += (word in "([{") - (word in ")]}")
        deepest = max(deepest, depth)
    return deepest
