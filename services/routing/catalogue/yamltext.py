"""YAML read with the line of every value, and without its traps.

Words are what YAML 1.2's core schema says: `no` and `on` are texts, 2026-01-01 is a text. Anchors
and aliases are refused (a few lines of them can stand for gigabytes), tags too, and so is a key
that is given twice, of which YAML keeps the last.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from services.routing.catalogue.faults import Path

LARGEST = 1_000_000
"""Characters in a file."""

DEEPEST = 30
"""Lists and mappings within each other."""


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""In C, where PyYAML was built with it: seven times as quick."""


class Broken(Exception):
    """The text is no YAML that can be used; `line` counts from 1."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line = line
        self.problem = problem


@dataclass(frozen=True, kw_only=True)
class Located:
    """A value and the line on which each part of it stands. `repeats` are keys given twice."""

    value: Any
    lines: dict[Path, int]
    repeats: tuple[tuple[Path, int], ...]

    def line(self, path: Path) -> int:
        """The line of a path, or of the nearest thing around it that is there."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


@dataclass
class _Open:
    """A list or mapping that has not ended. `key` is the key that waits for its value."""

    value: Any
    path: Path
    key: str | None = None


@dataclass
class _Building:
    top: Any = None
    stack: list[_Open] = field(default_factory=list)
    lines: dict[Path, int] = field(default_factory=dict)
    repeats: list[tuple[Path, int]] = field(default_factory=list)

    def take(self, event: Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            raise Broken(line, "has an anchor or alias (& or *): write the value out")
        if tag := getattr(event, "tag", None):
            # `when: !form.small` is a tag and an empty value, and would be no condition at all.
            raise Broken(line, f"has a tag, {tag}: put a value that begins with ! into quotes")
        if isinstance(event, MappingStartEvent):
            self._begin({}, line)
        elif isinstance(event, SequenceStartEvent):
            self._begin([], line)
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self.stack.pop()
        elif isinstance(event, ScalarEvent):
            self._scalar(event, line)

    def _begin(self, value: Any, line: int) -> None:
        if len(self.stack) >= DEEPEST:
            raise Broken(line, f"is more than {DEEPEST} levels deep")
        self.stack.append(_Open(value, self._put(value, line)))

    def _scalar(self, event: ScalarEvent, line: int) -> None:
        around = self.stack[-1] if self.stack else None
        if around and isinstance(around.value, dict) and around.key is None:
            self._key(around, event.value, line)
        else:
            self._put(_plain(event.value) if event.implicit[0] else event.value, line)

    def _key(self, around: _Open, key: str, line: int) -> None:
        around.key = key
        path = (*around.path, key)
        if key in around.value:
            self.repeats.append((path, line))
        self.lines[path] = line

    def _put(self, value: Any, line: int) -> Path:
        if not self.stack:
            self.top = value
            return ()
        around = self.stack[-1]
        if isinstance(around.value, list):
            path: Path = (*around.path, len(around.value))
            around.value.append(value)
        elif around.key is None:
            raise Broken(line, "has a key that is no text")
        else:
            path = (*around.path, around.key)
            around.value[around.key] = value
            around.key = None
        self.lines.setdefault(path, line)
        return path


def read(text: str) -> Located:
    """Read YAML; raises Broken with the line where it cannot be read."""
    if len(text) > LARGEST:
        raise Broken(1, f"has {len(text)} characters, and {LARGEST} are allowed")
    building = _Building()
    for event in _events(text):
        building.take(event)
    return Located(value=building.top, lines=building.lines, repeats=tuple(building.repeats))


def _events(text: str) -> Iterator[Event]:
    try:
        yield from yaml.parse(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Broken(mark.line + 1 if mark else 1, f"is no YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise Broken(1, "has characters that YAML does not allow") from error


_INTEGER = re.compile(r"[-+]?[0-9]+")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


def _plain(word: str) -> Any:
    if word in _WORDS:
        return _WORDS[word]
    if _INTEGER.fullmatch(word) and len(word) < 20:
        return int(word)
    return float(word) if _NUMBER.fullmatch(word) and len(word) < 40 else word
