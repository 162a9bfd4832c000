"""When a stack has come to rest: nothing that was said is still on its way to anybody."""

from collections.abc import Iterator
from contextlib import contextmanager

from deploy.local.local_stack import LocalStack
from deploy.local.services import SERVICES
from shared.database import Database
from tests.waiting import eventually


@contextmanager
def opened(stack: LocalStack, service: str) -> Iterator[Database]:
    """A service's own database, read while the service runs."""
    database = Database.open(service, url=stack.database, data=stack.data)
    try:
        yield database
    finally:
        database.close()


def settle(stack: LocalStack) -> None:
    """Wait until no message is under way: queues and outboxes are empty, alerts are told.

    Services on which nobody waits gather what comes, so that one of them may know already what
    another has not heard of. Two looks, because a message may leave an outbox between the look at
    the queues and the look at the outboxes.
    """
    for _ in range(2):
        eventually(lambda: not under_way(stack), "all is quiet", state=lambda: under_way(stack))


def under_way(stack: LocalStack) -> dict[str, int]:
    """How many messages lie where, and how many alerts nobody was told of yet."""
    assert stack.broker is not None
    queues = stack.broker.queues(stack.vhost)
    left = {it.name: it.ready + it.unacknowledged for it in queues}
    left |= {f"outbox of {it}": _count(stack, it, "outbox") for it in SERVICES}
    left["alerts to be told"] = _count(stack, "supervision", "deliveries")
    return {name: count for name, count in left.items() if count}


def _count(stack: LocalStack, service: str, table: str) -> int:
    with opened(stack, service) as database, database.reading() as tx:
        return int(tx.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())
