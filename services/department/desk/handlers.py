"""What officers do at the desk: load, decide, save, send. No framework.

Every act names the version of the task that the officer saw. Whoever comes second is told what was
done meanwhile (Overtaken), and nothing is overwritten.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from services.department import domain, store
from services.department.desk import claims, drafts
from services.department.desk.officers import Officer
from services.department.domain import Act, Entry, Said, Task
from shared.delivery.work import Work
from shared.errors import NotFound, OneWindowError


@dataclass(frozen=True, kw_only=True)
class Done:
    """What became of an act; `drafted` if it waits for a head."""

    task: Task
    drafted: bool = False


@dataclass(frozen=True, kw_only=True)
class NotDone:
    """A task of several with which it could not be done, and why; `kind` is the error's name."""

    assignment: str
    case: str
    kind: str
    reason: str


def act(work: Work, officer: Officer, assignment: str, what: Act, said: Said) -> Done:
    """Do something with a task that is one's own or free; it is one's own then.

    What needs a second person becomes a draft. Raises NotFound, Overtaken, NotPossible,
    HeldByAnother, NotForThisRole, Invalid.
    """
    return _act(work, officer, _task(work, officer, assignment), what, said)


def _act(work: Work, officer: Officer, task: Task, what: Act, said: Said) -> Done:
    if drafts.needs_two(task, what):
        taken_up, seen = _taken_up(work, officer, task, said)
        drafted = drafts.draft(taken_up, officer, what, seen, work.now)
        return Done(task=_kept(work, drafted), drafted=True)
    claims.check_open(task, said["version"])
    claims.check_free_for(task, officer)
    drafts.check_not_waiting(task)
    changed, message = domain.act(task, what, {**said, "officer": officer.name}, work.now)
    held = replace(changed, holder=officer.account, holder_name=officer.name)
    work.send(message)
    return Done(task=_kept(work, held))


def _taken_up(work: Work, officer: Officer, task: Task, said: Said) -> tuple[Task, Said]:
    """Who drafts an answer has taken the task up: its acceptance clock need not wait for a head."""
    claims.check_open(task, said["version"])
    claims.check_free_for(task, officer)
    if task.taken_up:
        return task, said
    given = {"version": task.version, "officer": officer.name}
    taken_up, message = domain.act(task, "acceptance", given, work.now)
    work.send(message)
    return taken_up, {**said, "version": taken_up.version}


def accept_all(
    work: Work, officer: Officer, seen: Mapping[str, int]
) -> tuple[list[Task], list[NotDone]]:
    """Take up many tasks at once, each seen at a version: those taken up, and the others."""
    found = store.tasks_under(work.transaction, seen, to_change=True)
    done, not_done = [], []
    for assignment, version in seen.items():
        task = found.get(assignment)
        try:
            own = _own(task, officer, assignment)
            done.append(_act(work, officer, own, "acceptance", {"version": version}).task)
        except OneWindowError as error:
            case = task.case if task and task.department == officer.department else ""
            name = type(error).__name__
            not_done.append(NotDone(assignment=assignment, case=case, kind=name, reason=str(error)))
    return done, not_done


def claim(work: Work, officer: Officer, assignment: str, version: int) -> Task:
    """Take a task for oneself; raises NotFound, Overtaken, NotPossible, HeldByAnother."""
    task = _task(work, officer, assignment)
    return _kept(work, claims.claim(task, officer, version, work.now))


def release(work: Work, officer: Officer, assignment: str, version: int) -> Task:
    """Give a task back to the inbox of all; raises what `claim` does."""
    task = _task(work, officer, assignment)
    return _kept(work, claims.release(task, officer, version, work.now))


def hand_over(work: Work, officer: Officer, assignment: str, version: int, to: Officer) -> Task:
    """Give a task to a colleague; raises what `claim` does."""
    task = _task(work, officer, assignment)
    return _kept(work, claims.hand_over(task, officer, version, to=to, now=work.now))


def approve(work: Work, head: Officer, assignment: str, version: int) -> Task:
    """Approve a draft: the answer goes out in both names. Raises OwnDraft, and what `act` does."""
    task = _task(work, head, assignment)
    approved, message = drafts.approve(task, head, version, work.now)
    work.send(message)
    return _kept(work, approved)


def send_back(work: Work, head: Officer, assignment: str, version: int, comment: str) -> Task:
    """Give a draft back with a comment; raises what `approve` does."""
    task = _task(work, head, assignment)
    return _kept(work, drafts.send_back(task, head, version, comment=comment, now=work.now))


def take_back(work: Work, officer: Officer, assignment: str, version: int) -> Task:
    """Take one's own draft back; raises what `act` does."""
    task = _task(work, officer, assignment)
    return _kept(work, drafts.take_back(task, officer, version, work.now))


def since(task: Task, version: int) -> Sequence[Entry]:
    """Who did what after a version was seen, for the page that tells who came second."""
    return [entry for entry in task.log if entry.version > version]


def _task(work: Work, officer: Officer, assignment: str) -> Task:
    found = store.tasks_under(work.transaction, [assignment], to_change=True)
    return _own(found.get(assignment), officer, assignment)


def _own(task: Task | None, officer: Officer, assignment: str) -> Task:
    if task is None or task.department != officer.department or task.assigned_at is None:
        raise NotFound(f"{officer.department} has no task under {assignment[:300]}")
    return task


def _kept(work: Work, task: Task) -> Task:
    store.keep(work.transaction, [task])
    return task
