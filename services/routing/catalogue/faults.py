"""What is wrong with a catalogue: where exactly, and what was perhaps meant."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from shared.errors import Fault

Path = tuple[str | int, ...]
"""The way to a value in a file: ("tasks", 2, "department")."""


@dataclass(frozen=True)
class CatalogueFault(Fault):
    """One thing wrong in a catalogue. `line` counts from 1; 0 speaks of the file as a whole."""

    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {super().__str__()}"


def spelled(path: Path) -> str:
    """A path as people write it: `tasks[2].department`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def meant(word: object, known: Iterable[str]) -> str:
    """A suggestion to append to a problem, empty where nothing is near."""
    near = get_close_matches(str(word), sorted(known), 1, 0.6)
    return f"; did you mean {near[0]!r}?" if near else ""
