"""What policies.yaml says of ladders, as far as lights go by it; the whole of it is supervision's.

Whoever shows a light reads the file that the alerts go by: a service that has no need of who is
told, by which channel and what must follow, reads no more than when.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import structlog
import yaml

from shared.errors import Fault, Invalid
from shared.lights.choices import Choices, nearest
from shared.lights.when import Ladder, rule

FILE = "policies.yaml"
Ladders = Choices[Ladder]

log = structlog.get_logger()


class PresentLadders:
    """The ladders of a catalogue, read again when the file has changed.

    What cannot be read is not taken over: the ladders stay as they were, at the start none, so that
    a light is yellow on the last day alone; `fault` and the log say what is wrong.
    """

    def __init__(self, catalogue: Path) -> None:
        self._file = catalogue / FILE
        self._seen: tuple[int, int] | None = None
        self._ladders: Ladders = Choices(clocks={})
        self.fault = ""

    @property
    def now(self) -> Ladders:
        """The ladders as the file has them. Costs a look at the file."""
        stamp = self._stamp()
        if stamp != self._seen:
            self._seen = stamp  # before it is read: what changes meanwhile is read once more
            self._read()
        return self._ladders

    @property
    def remarks(self) -> list[str]:
        """That lights do not go by the file as it is written; for a service's health."""
        return [f"{FILE} is wrong: lights do not go by it"] if self.fault else []

    def _read(self) -> None:
        try:
            self._ladders, self.fault = read_ladders(self._file), ""
        except Invalid as error:
            self.fault = str(error)
            log.error("lights do not go by the ladders as they are written", error=self.fault)

    def _stamp(self) -> tuple[int, int]:
        try:
            stat = self._file.stat()
        except OSError:
            return 0, 0
        return stat.st_size, stat.st_mtime_ns


def read_ladders(path: Path) -> Ladders:
    """Read policies.yaml. Raises Invalid."""
    try:
        return ladders_from(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise Invalid(Fault("policies", f"{path} cannot be read: {error.strerror}")) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Invalid(Fault("policies", f"{path} is not YAML: {error}")) from error


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
