"""Faults in approval on a promise: trust that nobody verifies, verification of nothing."""

from collections.abc import Iterator

from services.routing.catalogue.faults import meant
from services.routing.catalogue.forms import Found
from services.routing.plan import Item


def check_promise(item: Item) -> Iterator[Found]:
    """What is trusted is verified, and nothing on which the decision waits comes after that."""
    if item.promise is None:
        yield from _without_promise(item)
        return
    kinds = {task.on_promise for task in item.tasks}
    if "trust" not in kinds:
        yield ("promise",), "changes nothing: give a task `on_promise: trust`"
    if not any(task.on_promise == "verify" and not task.when for task in item.tasks):
        yield ("promise",), "is never verified: add a task `on_promise: verify` without `when`"
    yield from _material(item, item.promise.material)
    yield from _order(item)


def _without_promise(item: Item) -> Iterator[Found]:
    for place, task in enumerate(item.tasks):
        if task.on_promise != "ask":
            problem = "stands on a promise that the item does not have: add `promise`"
            yield ("tasks", place, "on_promise"), problem


def _material(item: Item, name: str) -> Iterator[Found]:
    names = [rule.name for rule in item.materials]
    if name and name not in names:
        problem = f"{name!r} is no material of this item{meant(name, names)}"
        yield ("promise", "material"), problem


def _order(item: Item) -> Iterator[Found]:
    for place, task in enumerate(item.tasks):
        later = [it for it in task.after if it in item.task and it not in item.deciding]
        if task.key in item.deciding and later:
            yield (
                ("tasks", place, "after"),
                f"waits for {later[0]!r}, which begins when the case is decided: take it out",
            )
