"""Requests that are held until there is something to fetch. They never wait in the database.

Each holds one of the process's workers, so they are counted: beyond the limit a request is refused
at once, and other requests always find a worker. One look at the database serves all that wait.
"""

import threading
import time
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from shared.errors import OneWindowError

MOST = 20
"""Of a process's 50 workers."""
MOST_OF_ONE = 5
"""Of one department, so that nobody takes the places of all."""
LONGEST = 60.0
"""Seconds."""


class TooMany(OneWindowError):
    """As many requests are held already as may be."""


class Held:
    """The requests that this process holds."""

    def __init__(self, *, most: int = MOST, most_of_one: int = MOST_OF_ONE) -> None:
        self._most = most
        self._most_of_one = most_of_one
        self._lock = threading.Lock()
        self._waiting: dict[threading.Event, str] = {}
        self._held: Counter[str] = Counter()
        self._stopping = False

    @contextmanager
    def place(self, department: str) -> Iterator[None]:
        """Take one of the places; raises TooMany."""
        with self._lock:
            if self._held[department] >= self._most_of_one:
                raise TooMany(f"{self._most_of_one} requests of {department} are waiting already")
            if self._held.total() >= self._most:
                raise TooMany(f"{self._most} requests are waiting already")
            self._held[department] += 1
        try:
            yield
        finally:
            with self._lock:
                self._held[department] -= 1

    def wait(self, department: str, seconds: float) -> bool:
        """Wait until `wake` names the department; False when that took too long, or at the end."""
        if self._stopping or seconds <= 0:
            return False
        woken = threading.Event()
        with self._lock:
            self._waiting[woken] = department
        try:
            return woken.wait(seconds) and not self._stopping
        finally:
            with self._lock:
                self._waiting.pop(woken, None)

    @property
    def waiting(self) -> frozenset[str]:
        """The departments for which a request waits."""
        with self._lock:
            return frozenset(self._waiting.values())

    def wake(self, departments: Collection[str]) -> None:
        """There is something for these."""
        with self._lock:
            for woken, department in self._waiting.items():
                if department in departments:
                    woken.set()

    def stop(self) -> None:
        """Let everybody go, and nobody wait any more."""
        with self._lock:
            self._stopping = True
            for woken in self._waiting:
                woken.set()


class Patience:
    """How long is still to be waited."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + min(seconds, LONGEST)

    @property
    def left(self) -> float:
        """Seconds."""
        return max(0.0, self._until - time.monotonic())
