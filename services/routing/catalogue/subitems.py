"""Faults in items that take in others: who is not there, what does not fit together."""

from collections import Counter
from collections.abc import Iterator, Mapping

from services.routing.catalogue.checks import cycle_of
from services.routing.catalogue.conditions import check_condition
from services.routing.catalogue.faults import Path, meant
from services.routing.catalogue.forms import Found
from services.routing.plan import Item, Subitem, Task
from services.routing.subitems import expanded, key_in
from services.routing.way import longest_way
from shared.messages import Limit

LONGEST_KEY = 64


def check_subitems(item: Item, items: Mapping[str, Item]) -> Iterator[Found]:
    """Every sub-item is there and can be taken in; together they fit into the limits."""
    found = list(_each(item, items))
    yield from found
    if found:
        return  # what does not fit together cannot be joined to be looked at as a whole
    if all(one.when for one in item.subitems):
        yield ("subitems",), "all have a condition, so that nobody might look: add one without"
    yield from _differing(item, items)
    yield from _whole(item, items)


def _each(item: Item, items: Mapping[str, Item]) -> Iterator[Found]:
    counted = Counter(one.key for one in item.subitems)
    for place, one in enumerate(item.subitems):
        path: Path = ("subitems", place)
        if counted[one.key] > 1:
            yield (*path, "key"), f"{one.key!r} is there twice"
        yield from _taken(one, items, path)
        yield from _after(one, [it.key for it in item.subitems[:place]], (*path, "after"))


def _taken(one: Subitem, items: Mapping[str, Item], path: Path) -> Iterator[Found]:
    found = items.get(one.item)
    if found is None:
        yield (*path, "item"), f"{one.item!r} is no item of this catalogue{meant(one.item, items)}"
        return
    if found.subitems:
        yield (*path, "item"), f"{one.item!r} takes in others itself: name those"
    if cycle_of(found):
        yield (*path, "item"), f"{one.item!r} has a cycle among its tasks"
    if found.promise:
        yield (*path, "item"), f"{one.item!r} goes by a promise, which a sub-case cannot"
    for task in found.tasks:
        if len(key_in(one.key, task.key)) > LONGEST_KEY:
            yield (*path, "key"), f"is too long for its task {task.key!r}: name it shorter"


def _after(one: Subitem, earlier: list[str], path: Path) -> Iterator[Found]:
    """Sub-cases stand in the order in which they may begin, so that there is no cycle."""
    for place, key in enumerate(one.after):
        if key not in earlier:
            near = meant(key, earlier)
            yield (*path, place), f"{key!r} is no sub-case that stands before this one{near}"


def _differing(item: Item, items: Mapping[str, Item]) -> Iterator[Found]:
    types = {field.name: field.type for field in item.form}
    for place, one in enumerate(item.subitems):
        for field in items[one.item].form:
            if types.setdefault(field.name, field.type) != field.type:
                yield (
                    ("subitems", place, "item"),
                    f"{one.item!r} asks for {field.name!r} as {field.type}, another as "
                    f"{types[field.name]}: name one of them anew",
                )


def _whole(item: Item, items: Mapping[str, Item]) -> Iterator[Found]:
    whole = expanded(item, items)
    keys = [task.key for task in (*whole.tasks, *whole.issuing)]
    for name, count in Counter(keys).items():
        if count > 1:
            yield ("subitems",), f"two tasks would be called {name!r}: name a sub-case anew"
            return
    for name, count in Counter(issue.name for issue in whole.issues).items():
        if count > 1:
            yield ("subitems",), f"two would issue {name!r}: name one of them anew"
    for place, one in enumerate(item.subitems):
        if one.when:
            yield from check_condition(whole, one.when, ("subitems", place, "when"))
    for name, limit in (("statutory", item.statutory), ("promised", item.promised)):
        if limit is not None:
            yield from _budget(whole, name, limit)


def _budget(whole: Item, name: str, limit: Limit) -> Iterator[Found]:
    """All that may come after each other fits into a limit of the case."""

    def length(task: Task) -> int:
        same = task.handling and task.handling.unit == limit.unit
        return task.handling.amount if task.handling and same else 0

    amount, way = longest_way(whole, length)
    if amount > limit.amount:
        yield (name,), f"of {limit.amount} cannot be kept: {' -> '.join(way)} may take {amount}"
