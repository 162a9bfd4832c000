"""Faults in limits: a task, or the tasks after each other, that need more time than the case has.

Only limits of the same unit are compared: how long five calendar days are in working days, the
calendar of a year says and not the item.
"""

from collections.abc import Iterator

from services.routing.catalogue.checks import cycle_of
from services.routing.catalogue.forms import Found
from services.routing.plan import Item
from services.routing.way import longest_way
from shared.messages import Limit


def check_limits(item: Item) -> Iterator[Found]:
    """What is promised lies within the law, and what the tasks may take within both."""
    if item.promised and item.statutory and _more(item.promised, item.statutory):
        problem = f"is longer than the statutory limit of {_told(item.statutory)}: promise less"
        yield ("promised",), problem
    for place, task in enumerate(item.tasks):
        if task.acceptance and task.handling and _more(task.acceptance, task.handling):
            problem = f"is longer than `handling`, {_told(task.handling)}: give less"
            yield ("tasks", place, "acceptance"), problem
    if item.review and item.review.unit != "working_days":
        problem = "is counted in working days (Administrative Licensing Law, articles 32 and 82)"
        yield ("review", "unit"), problem
    if item.extension and item.statutory is None:
        yield ("extension",), "extends the statutory limit, which is missing: add `statutory`"
    if item.extension and item.statutory and item.extension.unit != item.statutory.unit:
        problem = f"must be that of the statutory limit, {item.statutory.unit}, which it extends"
        yield ("extension", "unit"), problem
    for name, limit in (("statutory", item.statutory), ("promised", item.promised)):
        if limit is not None:
            yield from _within(item, name, limit)


def _within(item: Item, name: str, limit: Limit) -> Iterator[Found]:
    alone = False
    for place, task in enumerate(item.tasks):
        if task.key in item.deciding and task.handling and _more(task.handling, limit):
            alone = True
            yield (
                ("tasks", place, "handling"),
                f"is longer than the {name} limit of the case, {_told(limit)}: give less",
            )
    if alone or cycle_of(item):
        return
    amount, way = longest_way(item, lambda task: _amount(task.handling, limit.unit))
    if amount > limit.amount:
        yield (
            (name,),
            f"of {_told(limit)} cannot be kept: {' -> '.join(way)} may take {amount}: shorten"
            " their `handling`, or let them run at the same time",
        )


def _amount(limit: Limit | None, unit: str) -> int:
    return limit.amount if limit and limit.unit == unit else 0


def _more(one: Limit, other: Limit) -> bool:
    return one.unit == other.unit and one.amount > other.amount


def _told(limit: Limit) -> str:
    return f"{limit.amount} {limit.unit.replace('_', ' ')}"
