"""Faults in what tasks see: data of a class that the department in question may not see.

A form field, a material or a field of results names its class in `data`, a department the classes
that it may see in `may_see`. A role may be filled by several departments: each of them must be
entitled. Who reads a task's opinion reads its results.
"""

from collections.abc import Collection, Iterator, Mapping

from services.routing.catalogue.faults import Path, meant
from services.routing.catalogue.forms import Found
from services.routing.departments import Departments
from services.routing.plan import Item, Task

Seen = tuple[str, str, str]
"""The list in `sees`, a name in it, and a class of what the name stands for."""


def check_entitlements(item: Item, departments: Departments) -> Iterator[Found]:
    """Every class that an item names is known, and every task may see what it sees."""
    known = set().union(*(one.may_see for one in departments.values()))
    yield from _unknown(item, known)
    for place, task in enumerate(item.tasks):
        for kind, name, data in _seen(item, task):
            if data in known:
                path: Path = ("tasks", place, "sees", kind)
                yield from ((path, told) for told in _barred(task, name, data, departments))


def check_classes(departments: Departments, items: Collection[Item]) -> Iterator[Found]:
    """A class that a department may see is one that items name."""
    named = set().union(*(_named(item) for item in items))
    for key, one in departments.items():
        for data in sorted(one.may_see - named) if items else ():
            problem = f"{data!r} is the class of no field and no material{meant(data, named)}"
            yield ("departments", key, "may_see"), problem


def _named(item: Item) -> frozenset[str]:
    stated = (task.classes for task in item.tasks)
    return frozenset[str]().union(*item.classes.values(), *stated)


def _unknown(item: Item, known: Collection[str]) -> Iterator[Found]:
    for path, classes in _places(item):
        for data in sorted(classes - frozenset(known)):
            near = meant(data, known) or ": name it in `may_see` of those who may"
            yield path, f"is of class {data!r}, which no department may see{near}"


def _places(item: Item) -> Iterator[tuple[Path, frozenset[str]]]:
    none = frozenset[str]()
    fields, materials = [it.name for it in item.form], [it.name for it in item.materials]
    for kind, names in (("form", fields), ("materials", materials)):
        for place, name in enumerate(names):
            yield (kind, place, "data"), item.classes.get(name, none)
    for place, task in enumerate(item.tasks):
        yield ("tasks", place, "results"), task.classes


def _seen(item: Item, task: Task) -> Iterator[Seen]:
    fields = [one.name for one in item.form if task.sees.field(one.name)]
    materials = [one.name for one in item.materials if task.sees.material(one.name)]
    stated = {key: item.task[key].classes for key in task.sees.opinions if key in item.task}
    kinds: Mapping[str, Mapping[str, frozenset[str]]] = {
        "form": {name: item.classes[name] for name in fields if name in item.classes},
        "materials": {name: item.classes[name] for name in materials if name in item.classes},
        "opinions": stated,
    }
    for kind, names in kinds.items():
        yield from ((kind, name, data) for name in names for data in sorted(names[name]))


def _barred(task: Task, name: str, data: str, departments: Departments) -> Iterator[str]:
    roles = (task.department, *task.joint_with)
    filling = sorted(set().union(*map(departments.all_filling, roles)))
    for key in filling:
        if data not in departments[key].may_see:
            yield (
                f"shows {name!r}, which is {data} data and not for {key!r}: take it out, or add"
                f" {data!r} to its `may_see` in departments.yaml"
            )
