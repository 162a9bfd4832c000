"""Faults in what the parts of an item mean together: names that lead nowhere, cycles, repeats."""

from collections import Counter
from collections.abc import Iterable, Iterator

from services.routing.catalogue.faults import Path, meant
from services.routing.catalogue.forms import Found
from services.routing.departments import Departments
from services.routing.plan import Item, Task
from shared.messages import FormField


def check_names(item: Item, departments: Departments) -> Iterator[Found]:
    """Every name is given once, and every name that is spoken of is given."""
    yield from _repeats(item)
    yield from _departments(item, departments)
    for place, task in enumerate(item.tasks):
        yield from _after(item, task, ("tasks", place, "after"))
        yield from _sees(item, task, ("tasks", place, "sees"))
        keys = [one.key for one in item.procedures]
        path: Path = ("tasks", place, "procedures")
        yield from _unknown(path, task.procedures, keys, "procedure")


def check_plan(item: Item) -> Iterator[Found]:
    """The plan can be gone through to its end, and somebody always looks at the case."""
    cycle = cycle_of(item)
    if cycle:
        problem = f"is a cycle: {' -> '.join(cycle)}; take one of these out of `after`"
        yield ("tasks", _place(item, cycle[0]), "after"), problem
        for key in sorted(_behind(item, set(cycle))):
            problem = f"is dead: it waits for the cycle {' -> '.join(cycle)}"
            yield ("tasks", _place(item, key), "after"), problem
    if all(task.when for task in item.tasks):
        problem = "all have a condition, so that a case could be approved unseen by anybody: "
        problem += "add one without `when`"
        yield ("tasks",), problem


def cycle_of(item: Item) -> list[str]:
    """A cycle among the tasks, its first task repeated at the end; empty where there is none."""
    waits = {task.key: [key for key in task.after if key in item.task] for task in item.tasks}
    while free := [key for key, after in waits.items() if not after]:
        for key in free:
            del waits[key]
        waits = {key: [one for one in after if one in waits] for key, after in waits.items()}
    if not waits:
        return []
    way = [next(iter(waits))]
    while waits[way[-1]][0] not in way:
        way.append(waits[way[-1]][0])
    begin = waits[way[-1]][0]
    return [*way[way.index(begin) :], begin][::-1]


def before(item: Item, key: str) -> set[str]:
    """All tasks that are done when the turn of a task comes."""
    found: set[str] = set()
    waiting = list(item.task[key].after)
    while waiting:
        earlier = waiting.pop()
        if earlier in item.task and earlier not in found:
            found.add(earlier)
            waiting.extend(item.task[earlier].after)
    return found - {key}


def _behind(item: Item, cycle: set[str]) -> set[str]:
    """The tasks outside a cycle that wait for one of it."""
    return {key for key in item.task if key not in cycle and before(item, key) & cycle}


def _repeats(item: Item) -> Iterator[Found]:
    fields = [field.name for field in item.form]
    materials = [rule.name for rule in item.materials]
    yield from _twice(("form",), "name", fields)
    yield from _twice(("materials",), "name", materials)
    yield from _twice(("tasks",), "key", [task.key for task in item.tasks])
    yield from _twice(("procedures",), "key", [one.key for one in item.procedures])
    for place, name in enumerate(materials):
        if name in fields:
            yield ("materials", place, "name"), f"{name!r} is a form field too: name one anew"
    for place, task in enumerate(item.tasks):
        yield from _in_fields(task.results, ("tasks", place, "results"))
        yield from _twice(("tasks", place, "results"), "name", [it.name for it in task.results])
    yield from _in_fields(item.form, ("form",))


def _in_fields(fields: Iterable[FormField], path: Path) -> Iterator[Found]:
    for place, field in enumerate(fields):
        yield from _twice((*path, place, "fields"), "name", [it.name for it in field.fields])
        yield from _in_fields(field.fields, (*path, place, "fields"))
        for number, choice in enumerate(field.choices):
            if choice in field.choices[:number]:
                yield (*path, place, "choices", number), f"{choice!r} is there twice: drop one"


def _twice(path: Path, part: str, names: list[str]) -> Iterator[Found]:
    seen = Counter[str]()
    for place, name in enumerate(names):
        seen[name] += 1
        if seen[name] == 2:
            yield (*path, place, part), f"{name!r} is there twice: name one anew"


def _departments(item: Item, departments: Departments) -> Iterator[Found]:
    named: list[tuple[Path, str]] = [(("lead",), item.lead)]
    for place, task in enumerate(item.tasks):
        named.append((("tasks", place, "department"), task.department))
        named += [
            (("tasks", place, "joint_with", number), role)
            for number, role in enumerate(task.joint_with)
        ]
    for path, key in named:
        if key not in departments.names:
            near = meant(key, departments.names) or _all_of(departments)
            yield path, f"{key!r} is no department of departments.yaml{near}"


def _all_of(departments: Departments) -> str:
    names = ", ".join(sorted(departments.names))
    return f": add it there, or name one of {names}" if len(names) < 100 else ": add it there"


def _after(item: Item, task: Task, path: Path) -> Iterator[Found]:
    for place, key in enumerate(task.after):
        if key not in item.task:
            yield (*path, place), f"{key!r} is no task of this item{meant(key, item.task)}"
        elif key in task.after[:place]:
            yield (*path, place), f"{key!r} is there twice: drop one"


def _sees(item: Item, task: Task, path: Path) -> Iterator[Found]:
    fields = [field.name for field in item.form]
    materials = [rule.name for rule in item.materials]
    yield from _unknown((*path, "form"), task.sees.form, fields, "form field")
    yield from _unknown((*path, "materials"), task.sees.materials, materials, "material")
    yield from _unknown((*path, "opinions"), task.sees.opinions, item.task, "task")
    for key in task.sees.opinions:
        if key in item.task and key not in before(item, task.key):
            yield (*path, "opinions"), f"{key!r} need not be done before: name it in `after`"


def _unknown(
    path: Path, names: Iterable[str] | None, known: Iterable[str], kind: str
) -> Iterator[Found]:
    for name in sorted(set(names or ()) - set(known)):
        yield path, f"{name!r} is no {kind} of this item{meant(name, known)}"


def _place(item: Item, key: str) -> int:
    return next(place for place, task in enumerate(item.tasks) if task.key == key)
