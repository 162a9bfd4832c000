"""Reading a catalogue's folder, departments.yaml and items/*.yaml, and all that is wrong there."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from marshmallow import Schema

from services.routing.catalogue import checks, conditions, forms, limits
from services.routing.catalogue.faults import CatalogueFault, spelled
from services.routing.catalogue.forms import Found
from services.routing.catalogue.items import built, department, document_of
from services.routing.catalogue.schemas import DepartmentsSchema, ItemSchema
from services.routing.catalogue.yamltext import Broken, Located, read
from services.routing.plan import Catalogue, Department, Item
from shared.errors import Invalid


def check_catalogue(folder: Path) -> list[CatalogueFault]:
    """Every fault of a catalogue, by file and line; empty for one that can be published."""
    return _Reading(folder).faults_in_order()


def load_catalogue(folder: Path) -> Catalogue:
    """The catalogue in a folder; raises Invalid with every fault of it."""
    reading = _Reading(folder)
    faults = reading.faults_in_order()
    if faults:
        raise Invalid(*faults)
    return Catalogue(items=reading.items, departments=reading.departments)


@dataclass
class _Reading:
    """One reading of a folder: what was found, and what is wrong with it."""

    folder: Path
    departments: dict[str, Department] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    faults: list[CatalogueFault] = field(default_factory=list)

    def __post_init__(self) -> None:
        known = self._read_departments(self.folder / "departments.yaml")
        paths = sorted((self.folder / "items").glob("*"))
        if not any(path.suffix == ".yaml" for path in paths):
            self._fault("items", 0, "", "holds no service item: put one into items/NAME.yaml")
        for path in paths:
            self._read_item(path, known)

    def faults_in_order(self) -> list[CatalogueFault]:
        return sorted(self.faults, key=lambda fault: (fault.file, fault.line))

    def _read_departments(self, path: Path) -> bool:
        loaded, _ = self._load(path, DepartmentsSchema())
        for key, one in loaded.get("departments", {}).items():
            self.departments[key] = department(key, one)
        return bool(self.departments)

    def _read_item(self, path: Path, departments_known: bool) -> None:
        if path.suffix != ".yaml":
            self._fault(self._name(path), 0, "", "is not read: call it NAME.yaml or take it away")
            return
        loaded, located = self._load(path, ItemSchema())
        if not loaded or located is None:
            return
        item = built(loaded, document_of(located.value))
        # Without the departments every department would be called unknown.
        departments = self.departments if departments_known else _named_in(item)
        self._add(path, located, _meaning(item, departments))
        if item.key in self.items:
            self._add(path, located, [(("item",), f"{item.key!r} is the item of another file too")])
        self.items[item.key] = item

    def _load(self, path: Path, schema: Schema) -> tuple[dict[str, Any], Located | None]:
        located = self._read(path)
        if located is None:
            return {}, None
        repeats = [(path, "is there twice") for path, _line in located.repeats]
        loaded, found = forms.load(schema, located.value)
        self._add(path, located, found)
        for (where, problem), (_, line) in zip(repeats, located.repeats, strict=True):
            self._fault(self._name(path), line, spelled(where), problem)
        return loaded, located

    def _read(self, path: Path) -> Located | None:
        try:
            return read(path.read_text("utf-8"))
        except Broken as broken:
            self._fault(self._name(path), broken.line, "", broken.problem)
        except UnicodeDecodeError as error:
            self._fault(self._name(path), 0, "", f"is not written in UTF-8: {error.reason}")
        except OSError as error:
            self._fault(self._name(path), 0, "", f"cannot be read: {error.strerror}")
        return None

    def _add(self, path: Path, located: Located, found: Iterable[Found]) -> None:
        for where, problem in found:
            self._fault(self._name(path), located.line(where), spelled(where), problem)

    def _fault(self, file: str, line: int, where: str, problem: str) -> None:
        self.faults.append(CatalogueFault(where, problem, file, line))

    def _name(self, path: Path) -> str:
        return str(path.relative_to(self.folder))


def _meaning(item: Item, departments: Mapping[str, Department]) -> Iterator[Found]:
    yield from checks.check_names(item, departments)
    yield from checks.check_plan(item)
    yield from conditions.check_conditions(item)
    yield from limits.check_limits(item)


def _named_in(item: Item) -> dict[str, Department]:
    keys = {item.lead, *(task.department for task in item.tasks)}
    return {key: Department(key=key, title=item.title) for key in keys}
