"""What policies.yaml says of ladders, as far as lights go by it; the whole of it is supervision's.

Whoever shows a light reads the file that the alerts go by: a service that has no need of who is
told, by which channel and what must follow, reads no more than when.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared.errors import Fault, Invalid
from shared.following import Followed
from shared.lights.choices import Choices, nearest
from shared.lights.when import Ladder, rule
from shared.yamlfile import read_yaml

FILE = "policies.yaml"
Ladders = Choices[Ladder]


class PresentLadders:
    """The ladders of a catalogue, as whoever looks at a page needs them.

    While the file is wrong they stay as they were: at the start none, so that a light is yellow on
    the last day alone.
    """

    def __init__(self, catalogue: Path) -> None:
        file = catalogue / FILE
        self._file: Followed[Ladders] = Followed(
            lambda: read_ladders(file),
            files=lambda: (file,),
            name=FILE,
            asked=True,
            otherwise=lambda _error: Choices(clocks={}),
        )

    @property
    def now(self) -> Ladders:
        """The ladders as the file has them. Costs a look at the file."""
        self._file.look()
        return self._file.meant

    @property
    def fault(self) -> str:
        """What is wrong with the file; empty where lights go by it."""
        return self._file.wrong

    @property
    def remarks(self) -> list[str]:
        """That lights do not go by the file as it is written; for a service's health."""
        return [f"{FILE} is wrong: lights do not go by it"] if self.fault else []


def read_ladders(path: Path) -> Ladders:
    """Read policies.yaml. Raises Invalid."""
    return ladders_from(read_yaml(path, "policies"))


def ladders_from(data: Any) -> Ladders:
    """The ladders from what YAML gives. Raises Invalid where it is not what `./onewindow policy
    check` accepts, as far as it is read here."""
    try:
        known = {name: _ladder(said) for name, said in data["ladders"].items()}
        nation = _choices(data, known)
        regions: dict[str, Ladders] = {}
        said = {str(code): parts for code, parts in (data.get("regions") or {}).items()}
        for code in sorted(said, key=lambda it: len(nearest(it))):
            wider = next((regions[it] for it in nearest(code) if it in regions), nation)
            regions[code] = _choices(said[code], known, wider)
        return _choices(data, known, regions=regions)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        problem = f"is no policy: {error}; './onewindow policy check' names every fault"
        raise Invalid(Fault("policies", problem)) from error


def _ladder(said: Mapping[str, Any]) -> Ladder:
    """The rungs that have a moment of their own."""
    rungs = (
        (name, it.get("when", "") if isinstance(it, Mapping) else it) for name, it in said.items()
    )
    ladder = tuple((str(name), str(when)) for name, when in rungs if when)
    for _name, when in ladder:
        rule(when)
    return ladder


def _choices(
    parts: Mapping[str, Any],
    known: Mapping[str, Ladder],
    wider: Ladders | None = None,
    regions: Mapping[str, Ladders] | None = None,
) -> Ladders:
    def choice(said: Mapping[str, str] | None) -> dict[str, Ladder]:
        return {kind: known[name] for kind, name in (said or {}).items()}

    def of_each(said: Mapping[str, Any] | None) -> dict[str, dict[str, Ladder]]:
        return {key: choice(it) for key, it in (said or {}).items()}

    return Choices(
        clocks=choice(parts.get("clocks")),
        items=of_each(parts.get("items")),
        departments=of_each(parts.get("departments")),
        wider=wider,
        regions=regions or {},
    )
