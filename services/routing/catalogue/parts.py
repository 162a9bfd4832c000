"""Faults in tasks that fall into parts."""

from collections.abc import Iterator

from services.routing.catalogue.faults import Path, meant
from services.routing.catalogue.forms import Found
from services.routing.parts import MOST, part_key
from services.routing.plan import Item, Task

LONGEST_KEY = 64


def check_parts(item: Item) -> Iterator[Found]:
    """The parts of a task can be told apart, and there are not too many of them."""
    for place, task in enumerate(item.tasks):
        path: Path = ("tasks", place)
        if task.for_each:
            yield from _list(item, task, (*path, "for_each"))
        yield from _reviewers(task, (*path, "joint_with"))
        yield from _keys(item, task, (*path, "key"))


def _list(item: Item, task: Task, path: Path) -> Iterator[Found]:
    lists = {field.name: field for field in item.form if field.type == "list"}
    field = lists.get(task.list)
    if field is None:
        yield path, f"`{task.for_each}` is no list of the form{meant(task.list, lists)}"
    elif field.maximum is None or field.maximum > MOST:
        yield path, f"needs a list of at most {MOST} elements: give {task.list} a maximum"
    elif not task.sees.field(task.list):
        yield path, f"goes through {task.list}, which the task does not see: name it in `sees.form`"


def _reviewers(task: Task, path: Path) -> Iterator[Found]:
    for place, role in enumerate(task.joint_with):
        if role == task.department or role in task.joint_with[:place]:
            yield (*path, place), f"{role!r} is there twice"


def _keys(item: Item, task: Task, path: Path) -> Iterator[Found]:
    parts = [part_key(task, role) for role in (task.department, *task.joint_with)]
    if task.for_each:
        parts = [part_key(task, number) for number in range(1, MOST + 1)]
    for key in parts if task.divided else ():
        if key in item.task:
            yield path, f"has a part {key!r}, which is the key of another task: name one anew"
        elif len(key) > LONGEST_KEY:
            yield path, f"is too long: its part {key!r} has more than {LONGEST_KEY} letters"
            return
