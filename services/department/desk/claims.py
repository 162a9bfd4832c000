"""Who works on a task: claimed by one officer, released, handed over. Pure.

Whoever claims a task first has it; the others see who. A head may hand over what anybody holds.
None of it is told to routing: which of its people handles a task is the department's own matter.
"""

from datetime import datetime

from services.department.desk.officers import Officer
from services.department.domain import OPEN, NotPossible, Overtaken, Task
from shared.errors import OneWindowError


class HeldByAnother(OneWindowError):
    """Another officer works on the task."""


class NotForThisRole(OneWindowError):
    """The officer's roles do not allow it."""


def claim(task: Task, officer: Officer, version: int, now: datetime) -> Task:
    """Take a task for oneself; nothing changes where it is one's own already."""
    check_open(task, version)
    check_free_for(task, officer)
    if task.holder == officer.account:
        return task
    return _held_by(task, officer, "claim", now, by=officer)


def release(task: Task, officer: Officer, version: int, now: datetime) -> Task:
    """Give a task back to the inbox of all."""
    check_open(task, version)
    if not officer.head:
        check_free_for(task, officer)
    if not task.holder:
        raise NotPossible("nobody holds the task, so it cannot be released")
    return _held_by(task, None, "release", now, by=officer)


def hand_over(task: Task, officer: Officer, version: int, *, to: Officer, now: datetime) -> Task:
    """Give a task to a colleague: one's own or a free one, as a head anybody's."""
    check_open(task, version)
    if not officer.head:
        check_free_for(task, officer)
    if to.department != task.department or not to.handles:
        raise NotPossible(f"{to.name} does not handle tasks of {task.department}")
    if to.account == task.holder:
        raise NotPossible(f"{to.name} holds the task already")
    return _held_by(task, to, "hand-over", now, by=officer)


def check_free_for(task: Task, officer: Officer) -> None:
    """Raises HeldByAnother, or NotForThisRole for who handles no tasks."""
    if not officer.handles:
        raise NotForThisRole(f"{officer.name} is neither an officer nor a head")
    if task.holder not in ("", officer.account):
        raise HeldByAnother(f"{task.holder_name} works on the task; a head can hand it over")


def check_open(task: Task, version: int) -> None:
    """Raises NotPossible for a task that is closed, Overtaken for one that has moved on."""
    if task.state not in OPEN:
        raise NotPossible(f"the task is {task.state}")
    if version != task.version:
        raise Overtaken(f"the task is at version {task.version} and not {version}; read it again")


def _held_by(task: Task, holder: Officer | None, what: str, now: datetime, *, by: Officer) -> Task:
    account, name = (holder.account, holder.name) if holder else ("", "")
    return task.changed(now, what=what, by=by.name, holder=account, holder_name=name)
