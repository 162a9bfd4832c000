"""An item that takes in others: their forms, materials and tasks, joined into one plan.

One window, one code: the sub-cases of a case go under its code, and its limits are the budget of
them all (joint handling, Administrative Licensing Law, articles 26 and 42: 45 working days, +15).
What two of them ask for under the same name is asked for once. A task is called after its sub-case:
`hygiene-inspection` for the task `inspection` of the sub-case `hygiene`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from services.routing.plan import Issue, Item, Sees, Subitem, Task


def expanded(parent: Item, items: Mapping[str, Item]) -> Item:
    """The parent with everything of its sub-items, which `items` has."""
    taken = [(one, items[one.item]) for one in parent.subitems]
    own = [parent, *(item for _, item in taken)]
    return replace(
        parent,
        subitems=tuple(
            replace(one, title=item.title, on_rejection=item.on_rejection) for one, item in taken
        ),
        form=tuple(_once(own, "form", "name")),
        materials=tuple(_once(own, "materials", "name")),
        procedures=tuple(_once(own, "procedures", "key")),
        tasks=tuple(task for one, item in taken for task in _tasks(one, item, dict_of(taken))),
        issues=tuple(issue for one, item in taken for issue in _issues(one, item)),
    )


def dict_of(taken: Iterable[tuple[Subitem, Item]]) -> dict[str, Item]:
    """The items by the key of their sub-case."""
    return {one.key: item for one, item in taken}


def key_in(subcase: str, key: str) -> str:
    """What a task of a sub-case is called in the case."""
    return f"{subcase}-{key}" if subcase else key


def _once(items: Iterable[Item], part: str, name: str) -> Iterator[Any]:
    seen = set()
    for item in items:
        for one in getattr(item, part):
            if getattr(one, name) not in seen:
                seen.add(getattr(one, name))
                yield one


def _tasks(one: Subitem, item: Item, items: Mapping[str, Item]) -> Iterator[Task]:
    before = tuple(key_in(key, task.key) for key in one.after for task in items[key].tasks)
    for task in item.tasks:
        yield replace(
            task,
            key=key_in(one.key, task.key),
            after=tuple(key_in(one.key, key) for key in task.after) or before,
            sees=_sees(one, task.sees),
            subcase=one.key,
        )


def _issues(one: Subitem, item: Item) -> Iterator[Issue]:
    for issue in item.issues:
        task = key_in(one.key, issue.task) if issue.task else ""
        yield replace(issue, task=task, sees=_sees(one, issue.sees))


def _sees(one: Subitem, sees: Sees) -> Sees:
    return replace(sees, opinions=tuple(key_in(one.key, key) for key in sees.opinions))
