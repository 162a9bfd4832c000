"""What the desk does: load, decide, save, send. No framework."""

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from services.department import domain, items, store
from services.department.domain import Act, Said, Task
from services.department.store import Token
from shared.delivery.envelope import Envelope
from shared.delivery.work import Work
from shared.errors import NotFound
from shared.messages import (
    CaseProgressed,
    ItemPublished,
    TaskAssigned,
    TaskCancelled,
    TaskSupplemented,
)
from shared.messages.progress import Refused

FIRST_COUNTS = ("repeated", "altered")
"""Grounds on which an answer did not count because of an earlier one, by which the task goes."""


def follow(work: Work, envelopes: Sequence[Envelope]) -> None:
    """Take in what routing says: tasks, what changes about them, and answers that do not count."""
    published = [it.message for it in envelopes if isinstance(it.message, ItemPublished)]
    items.keep(work.transaction, published)
    said = [news for envelope in envelopes for news in _news(envelope.message)]
    before = store.tasks_under(work.transaction, [it.assignment for it in said], to_change=True)
    tasks = dict(before)
    for news in said:
        task = _after(tasks.get(news.assignment), news, work)
        if task is not None:
            tasks[news.assignment] = task
    store.keep(
        work.transaction, [it for it in tasks.values() if it is not before.get(it.assignment)]
    )


def _news(message: Any) -> Iterator[TaskAssigned | TaskSupplemented | TaskCancelled | Refused]:
    if isinstance(message, CaseProgressed):
        yield from (
            change
            for change in message.changes
            if isinstance(change, Refused) and change.ground not in FIRST_COUNTS
        )
    elif isinstance(message, TaskAssigned | TaskSupplemented | TaskCancelled):
        yield message


def _after(
    task: Task | None, news: TaskAssigned | TaskSupplemented | TaskCancelled | Refused, work: Work
) -> Task | None:
    if isinstance(news, Refused):
        if task is None or news.sender != work.service:
            return task
        return domain.refused(task, news.message_type, news.reason, work.now)
    return domain.told(task or domain.expected(news, work.now), news, work.now)


def act(work: Work, department: str, assignment: str, what: Act, said: Said) -> Task:
    """Do something with a task and tell routing; raises NotFound, Overtaken, NotPossible."""
    found = store.tasks_under(work.transaction, [assignment], to_change=True)
    task, message = domain.act(_own(found, department, assignment), what, said, work.now)
    store.keep(work.transaction, [task])
    work.send(message)
    return task


def show(tx: sa.Connection, department: str, assignment: str) -> Task:
    """A task of the department; raises NotFound, also for one of another department."""
    return _own(store.tasks_under(tx, [assignment]), department, assignment)


def _own(found: dict[str, Task], department: str, assignment: str) -> Task:
    task = found.get(assignment)
    if task is None or task.department != department or task.assigned_at is None:
        raise NotFound(f"{department} has no task under the assignment {assignment[:300]}")
    return task


def add_token(work: Work, department: str, label: str) -> str:
    """Make an API token for a department; it is returned once and not kept.

    256 random bits cannot be searched through, so their SHA-256 is kept, without salt or slowness:
    those are for passwords, which people choose.
    """
    token = secrets.token_urlsafe(32)
    store.add_token(
        work.transaction,
        Token(
            digest=digest_of(token),
            department=department,
            label=label,
            made_at=work.now,
        ),
    )
    return token


def revoke_token(work: Work, digest: str) -> None:
    """Let a token open nothing any more; raises NotFound."""
    if not store.revoke(work.transaction, digest, work.now):
        raise NotFound(f"there is no valid token with the digest {digest}")


def rotate_token(work: Work, department: str, label: str, keep: timedelta) -> str:
    """Make a new token and let the earlier ones open nothing once `keep` has passed.

    Who holds an old one has that long to change over; one that ends sooner still does.
    """
    for earlier in store.tokens_of(work.transaction, department):
        if keep:
            store.honour_until(work.transaction, earlier.digest, work.now + keep)
        else:
            store.revoke(work.transaction, earlier.digest, work.now)
    return add_token(work, department, label)


def digest_of(token: str) -> str:
    """What is kept of a token, and names it."""
    return hashlib.sha256(token.encode()).hexdigest()
