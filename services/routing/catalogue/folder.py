"""Reading a catalogue's folder, departments.yaml and items/*.yaml, and all that is wrong there."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from marshmallow import Schema

from services.routing.catalogue import checks, conditions, forms, limits
from services.routing.catalogue.entitlements import check_classes, check_entitlements
from services.routing.catalogue.faults import CatalogueFault, spelled
from services.routing.catalogue.forms import Found
from services.routing.catalogue.issues import check_issues
from services.routing.catalogue.items import built, departments_of, document_of, with_subitems
from services.routing.catalogue.parts import check_parts
from services.routing.catalogue.promise import check_promise
from services.routing.catalogue.purpose import check_purpose
from services.routing.catalogue.roles import check_roles
from services.routing.catalogue.schemas import DepartmentsSchema, ItemSchema
from services.routing.catalogue.subitems import check_subitems
from services.routing.catalogue.yamltext import Broken, Located, read
from services.routing.departments import Department, Departments
from services.routing.plan import Catalogue, Item
from shared.errors import Invalid


def check_catalogue(folder: Path, departments: Path | None = None) -> list[CatalogueFault]:
    """Every fault of a catalogue, by file and line; empty for one that can be published.

    `departments` is read in the place of the folder's departments.yaml.
    """
    return _reading(folder, departments).faults_in_order()


def load_catalogue(folder: Path, departments: Path | None = None) -> Catalogue:
    """The catalogue in a folder; raises Invalid with every fault of it."""
    reading = _reading(folder, departments)
    faults = reading.faults_in_order()
    if faults:
        raise Invalid(*faults)
    return Catalogue(items=reading.items, departments=reading.departments)


def read_departments(folder: Path, departments: Path | None = None) -> Departments:
    """The departments of a catalogue whose items may have faults; raises Invalid if there are
    none."""
    reading = _reading(folder, departments)
    if not reading.departments:
        raise Invalid(*reading.faults_in_order())
    return reading.departments


@dataclass
class _Reading:
    """One reading of a folder: what was found, and what is wrong with it."""

    folder: Path
    mapping: Path
    departments: Departments = field(default_factory=lambda: Departments({}))
    items: dict[str, Item] = field(default_factory=dict)
    faults: list[CatalogueFault] = field(default_factory=list)
    _departments_at: Located | None = None
    _takers: dict[Path, tuple[Located, Item]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = self._read_departments()
        paths = sorted((self.folder / "items").glob("*"))
        if not any(path.suffix == ".yaml" for path in paths):
            self._fault("items", 0, "", "holds no service item: put one into items/NAME.yaml")
        for path in paths:
            self._read_item(path, known)
        self._take_in()
        self._check_roles()

    def _take_in(self) -> None:
        """Join the items that take in others with those, as far as they are sound."""
        for path, (located, item) in self._takers.items():
            found = list(check_subitems(item, self.items))
            self._add(path, located, found)
            if not found and self.items.get(item.key) is item:
                self.items[item.key] = with_subitems(item, self.items)

    def faults_in_order(self) -> list[CatalogueFault]:
        return sorted(self.faults, key=lambda fault: (fault.file, fault.line))

    def _read_departments(self) -> bool:
        loaded, self._departments_at = self._load(self.mapping, DepartmentsSchema())
        if loaded:
            self.departments = departments_of(loaded)
        return bool(loaded)

    def _check_roles(self) -> None:
        if self._departments_at is not None:
            found = check_roles(self.departments, self.items.values())
            self._add(self.mapping, self._departments_at, found)
            found = check_classes(self.departments, self.items.values())
            self._add(self.mapping, self._departments_at, found)

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
        if item.subitems:
            self._takers[path] = (located, item)
            self._add(path, located, _of_a_taker(item, departments))
        else:
            self._add(path, located, _meaning(item, departments))
        if departments_known:
            self._add(path, located, check_entitlements(item, departments))
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
        return str(path.relative_to(self.folder) if path.is_relative_to(self.folder) else path)


def _reading(folder: Path, departments: Path | None) -> _Reading:
    return _Reading(folder, departments or folder / "departments.yaml")


def _of_a_taker(item: Item, departments: Departments) -> Iterator[Found]:
    """Its tasks are those of the items that it takes in, which are checked on their own."""
    yield from checks.check_names(item, departments)
    yield from limits.check_limits(item)


def _meaning(item: Item, departments: Departments) -> Iterator[Found]:
    yield from checks.check_names(item, departments)
    yield from checks.check_plan(item)
    yield from check_parts(item)
    yield from check_purpose(item, departments)
    yield from check_promise(item)
    yield from check_issues(item, departments)
    yield from conditions.check_conditions(item)
    yield from limits.check_limits(item)


def _named_in(item: Item) -> Departments:
    keys = {item.lead, *(task.department for task in item.tasks)}
    keys |= {role for task in item.tasks for role in task.joint_with}
    keys |= {rule.issued_by for rule in item.materials} | {it.department for it in item.issues}
    return Departments({key: Department(key=key, title=item.title) for key in keys})
