"""The way through a plan that may take longest."""

from collections.abc import Callable, Mapping

from services.routing.plan import Item, Task

Way = tuple[float, list[str]]
"""How long it may take, and its tasks in order."""

DAYS = {"working_days": 1.0, "working_hours": 1 / 8, "calendar_days": 5 / 7}
"""Working days in one of a unit, where units must be compared: a drawing, not a due date."""


def longest_way(item: Item, length: Callable[[Task], float]) -> Way:
    """The longest way by the length of its tasks. The plan has no cycle; names that lead nowhere
    are passed over, and so is what begins after the decision."""
    known: dict[str, Way] = {}
    waiting = list(item.deciding)
    while waiting:
        key = waiting.pop()
        missing = [one for one in item.task[key].after if one in item.task and one not in known]
        if missing:
            waiting += [key, *missing]
        elif key not in known:
            known[key] = _to(item.task[key], length, known)
    return max(known.values(), key=_length, default=(0, []))


def _to(task: Task, length: Callable[[Task], float], known: Mapping[str, Way]) -> Way:
    earlier = [known[one] for one in task.after if one in known]
    amount, way = max(earlier, key=_length, default=(0, []))
    return amount + length(task), [*way, task.key]


def _length(way: Way) -> tuple[float, int]:
    return way[0], len(way[1])


def days_of(task: Task) -> float:
    """About how many working days a task may take; 0 where it has no limit."""
    return task.handling.amount * DAYS[task.handling.unit] if task.handling else 0.0
