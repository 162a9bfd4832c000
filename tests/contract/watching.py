"""Supervision at work on both databases, for the suites of its store and its channels."""

import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from services.supervision import handlers, store, trace
from shared.database import Database
from shared.delivery.envelope import Envelope, Sender
from shared.delivery.work import Work
from shared.messages import MessageRefused
from shared.migrating import migrate
from tests.unit.supervision.steps import (
    CASE,
    RULES,
    assigned,
    at,
    opened,
    step,
)

START = "09-18 10:00"
FAR = at("12-01 12:00")
BOTH = ("file", "webhook")
NUMBERS = itertools.count()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgres_database")
    opened_database = Database.open("supervision", url=url, data=tmp_path)
    migrate(opened_database)
    yield opened_database
    opened_database.close()


def enveloped(message: Any) -> Envelope:
    return Envelope(
        message_id=f"m-{next(NUMBERS)}",
        type="",
        version=1,
        sender=Sender(role="routing"),
        sent_at=message.at,
        traceparent="",
        message=message,
    )


def observe(
    database: Database, *messages: Any, now: datetime | None = None, told: Sequence[str] = BOTH
) -> list[str]:
    """Take messages in as one batch; the ids of the alerts that are sent."""
    with database.transaction() as tx:
        work = Work(tx, now or at(START), "supervision")
        handlers.observe(work, [enveloped(it) for it in messages], rules=RULES, channels=told)
    return sent(work)


def fire(database: Database, now: datetime, *, limit: int = 500) -> list[str]:
    """Fire one batch of what is due; the ids of the alerts that are sent."""
    with database.transaction() as tx:
        work = Work(tx, now, "supervision")
        handlers.fire_due(work, rules=RULES, channels=BOTH, limit=limit)
    return sent(work)


def sent(work: Work) -> list[str]:
    return [json.loads(it.body)["alert"] for it in work.wires if it.type == "alert.raised"]


def opening(number: int = 1, case: str = CASE, **limits: Any) -> Any:
    return step(number, START, opened("09-18 09:30", **limits), assigned("a.1"), case=case)


def rows(database: Database, table: sa.Table) -> list[Any]:
    with database.reading() as tx:
        return list(tx.execute(sa.select(table).order_by(*table.primary_key.columns)).all())


def entries(database: Database, case: str = CASE) -> list[trace.Entry]:
    with database.reading() as tx:
        return list(store.trace_of(tx, case))


def findings(database: Database, case: str = CASE) -> list[trace.Finding]:
    with database.reading() as tx:
        head = store.case_head(tx, case)
        assert head is not None
        return trace.verify(case, store.trace_of(tx, case), head)


def refusal(message_id: str, case: str = CASE, sender: str = "department.fire") -> MessageRefused:
    return MessageRefused(
        service="routing",
        at=at("09-21 10:00"),
        message_id=message_id,
        message_type="task.completed",
        sender=sender,
        case=case,
        reason="department.fire sent task.completed in the name of 'planning'",
    )


def working(database: Database, now: datetime = FAR) -> Callable[[], Any]:
    @contextmanager
    def work() -> Iterator[Work]:
        with database.transaction() as tx:
            yield Work(tx, now, "supervision")

    return work
