"""What is gathered into one batch: the rest of a burst, and nothing that nobody sent."""

from collections import deque
from types import SimpleNamespace
from typing import Any

import pytest

from shared.delivery import consumer
from shared.delivery.consumer import Consumer, Delivery

MESSAGE = Delivery(
    queue="q", tag=1, exchange="", key="", redelivered=False, properties={}, body=b""
)


class Arriving:
    """A connection with a clock of its own, on which a frame arrives at each of some moments; so
    many of them are a message."""

    def __init__(self, *moments: float, frames: int = 1) -> None:
        self.now = 0.0
        self.moments = deque(moments)
        self.here: deque[Delivery] = deque()
        self.frames, self._frame = frames, 0

    def drain(self, wait: float) -> bool:
        until = self.now + wait
        if not self.moments or self.moments[0] > until:
            self.now = until
            return False
        self.now = max(self.now, self.moments.popleft())
        self._frame += 1
        if self._frame % self.frames == 0:
            self.here.append(MESSAGE)
        return True

    def tick(self) -> None:
        pass


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Reads a batch of what arrives; how many messages it has, and at which moment it was there."""

    def read(
        link: Arriving, *, until: float, limit: int = 200, gather: float = 0.0
    ) -> tuple[int, float]:
        monkeypatch.setattr(consumer, "time", SimpleNamespace(monotonic=lambda: link.now))
        made = Consumer.__new__(Consumer)
        made.limit, made._here, made._link = limit, link.here, link  # type: ignore[assignment]
        return len(made.read(wait=1.0, until=until, gather=gather)), link.now

    return read


def test_after_a_quiet_moment_the_first_message_is_not_held_up(read: Any) -> None:
    assert read(Arriving(0.3, 0.4), until=0.1) == (1, 0.3)


def test_what_follows_shortly_is_gathered(read: Any) -> None:
    assert read(Arriving(0.0, 0.02, 0.04, 0.5), until=0.15) == (3, 0.15)


def test_who_gathers_waits_a_little_also_after_a_quiet_moment(read: Any) -> None:
    assert read(Arriving(0.3, 0.32, 0.34, 0.5), until=0.1, gather=0.05) == (3, pytest.approx(0.35))


@pytest.mark.parametrize("limit", [1, 3])
def test_a_full_batch_waits_for_nothing(read: Any, limit: int) -> None:
    assert read(Arriving(*[0.0] * 9), until=5.0, limit=limit) == (limit, 0.0)


def test_a_message_that_has_begun_to_arrive_is_waited_for(read: Any) -> None:
    assert read(Arriving(0.1, 0.2, 0.3, frames=3), until=0.0) == (1, 0.3)


def test_a_message_that_does_not_end_in_time_is_not_waited_for_any_longer(read: Any) -> None:
    assert read(Arriving(0.1, 0.2, frames=3), until=0.0) == (0, 1.0)


def test_where_nothing_arrives_the_wait_ends_the_read(read: Any) -> None:
    assert read(Arriving(), until=5.0) == (0, 1.0)
