"""What is gathered into one batch: the rest of a burst, and nothing that nobody sent."""

import time
from collections import deque
from typing import Any

import pytest

from shared.delivery.consumer import Consumer, Delivery


class Arriving:
    """Stands for a connection on which one message arrives at each of some moments from now."""

    def __init__(self, *after: float) -> None:
        self.moments = deque(time.monotonic() + it for it in after)
        self.deliver: Any = None

    def drain(self, wait: float) -> bool:
        until = time.monotonic() + wait
        if not self.moments or self.moments[0] > until:
            time.sleep(max(0.0, until - time.monotonic()))
            return False
        time.sleep(max(0.0, self.moments.popleft() - time.monotonic()))
        self.deliver()
        return True

    def tick(self) -> None:
        pass


def consumer(link: Arriving, *, limit: int = 200) -> Consumer:
    made = Consumer.__new__(Consumer)
    made.limit, made._here, made._link = limit, deque(), link  # type: ignore[assignment]
    message = Delivery(
        queue="q", tag=1, exchange="", key="", redelivered=False, properties={}, body=b""
    )
    link.deliver = lambda: made._here.append(message)
    return made


def test_after_a_quiet_moment_the_first_message_is_not_held_up() -> None:
    reading = consumer(Arriving(0.0, 0.2))
    assert len(reading.read(wait=1.0, until=time.monotonic() - 1)) == 1


def test_what_follows_shortly_is_gathered() -> None:
    reading = consumer(Arriving(0.0, 0.02, 0.04, 0.5))
    assert len(reading.read(wait=1.0, until=time.monotonic() + 0.15)) == 3


@pytest.mark.parametrize("limit", [1, 3])
def test_a_full_batch_waits_for_nothing(limit: int) -> None:
    reading = consumer(Arriving(*[0.0] * limit), limit=limit)
    began = time.monotonic()
    assert len(reading.read(wait=1.0, until=began + 5)) == limit
    assert time.monotonic() - began < 2


def test_where_nothing_arrives_the_wait_ends_the_read() -> None:
    began = time.monotonic()
    assert consumer(Arriving()).read(wait=0.01, until=began + 5) == []
    assert time.monotonic() - began < 2
