"""When a stack has come to rest: nothing that was said is still on its way to anybody."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from deploy.local.broker_config import QUORUM_TICK_MILLISECONDS
from deploy.local.local_stack import LocalStack
from deploy.local.services import SERVICES
from shared.database import Database
from tests.waiting import eventually

TICK = QUORUM_TICK_MILLISECONDS / 1_000 + 0.2
"""Seconds: as old may be what the broker says of its queues."""
FOLLOWERS = {"intake": ("tracks", "case_code"), "supervision": ("cases", "code")}
"""Who follows the case stream, and where they keep how far they are with each case."""


@contextmanager
def opened(stack: LocalStack, service: str) -> Iterator[Database]:
    """A service's own database, read while the service runs."""
    database = Database.open(service, url=stack.database, data=stack.data)
    try:
        yield database
    finally:
        database.close()


def heard(stack: LocalStack) -> None:
    """Wait until everybody has heard of every step that routing has taken: services on which
    nobody waits gather what comes, so that one knows already what another does not."""
    left = lambda: _unheard(stack)  # noqa: E731
    eventually(lambda: not left(), "every step was heard of", state=left)


def settle(stack: LocalStack) -> None:
    """Wait until no message is under way: queues and outboxes are empty, alerts are told."""

    def at_rest() -> bool:
        if under_way(stack):
            return False
        time.sleep(TICK)
        return not under_way(stack)

    eventually(at_rest, "all is quiet", state=lambda: under_way(stack))


def under_way(stack: LocalStack) -> dict[str, int]:
    """How many messages lie where, and how many alerts nobody was told of yet."""
    assert stack.broker is not None
    queues = stack.broker.queues(stack.vhost)
    left = {it.name: it.ready + it.unacknowledged for it in queues}
    left |= {f"outbox of {it}": _count(stack, it, "outbox") for it in SERVICES}
    left["alerts to be told"] = _count(stack, "supervision", "deliveries")
    return {**{name: count for name, count in left.items() if count}, **_unheard(stack)}


def _unheard(stack: LocalStack) -> dict[str, int]:
    """Of how many cases somebody has not heard the last step."""
    told = _numbers(stack, "routing", "cases", "code")
    heard_of = {it: _numbers(stack, it, *where) for it, where in FOLLOWERS.items()}
    behind = {
        f"cases that {it} is behind with": sum(found.get(code, 0) < told[code] for code in told)
        for it, found in heard_of.items()
    }
    return {name: count for name, count in behind.items() if count}


def _numbers(stack: LocalStack, service: str, table: str, code: str) -> dict[str, int]:
    with opened(stack, service) as database, database.reading() as tx:
        rows = tx.exec_driver_sql(f"SELECT {code}, number FROM {table}")
        return {str(row[0]): int(row[1]) for row in rows}


def _count(stack: LocalStack, service: str, table: str) -> int:
    with opened(stack, service) as database, database.reading() as tx:
        return int(tx.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())
