"""Callers that come at the same time share one transaction, as messages of one batch do.

A single caller's work is done at once. Whoever comes meanwhile waits, and is done together with all
others who wait then, by the first of them. So there is no delay while there is little to do, and
one transaction for many callers when there is much.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from shared.delivery.work import Work
from shared.errors import Unavailable

A = TypeVar("A")
R = TypeVar("R")

Act = Callable[[Work, Sequence[A]], Sequence[R | Exception]]
"""Does what all of them ask, in one transaction; an exception in the place of a result is raised
to whom it belongs, and takes nobody else along."""

LIMIT = 50
"""How many share a transaction."""


@dataclass(eq=False)
class _Caller(Generic[A, R]):
    asked: A
    outcome: list[R | Exception] = field(default_factory=list)
    woken: threading.Event = field(default_factory=threading.Event)


class Together(Generic[A, R]):
    """`act` for many callers at once."""

    def __init__(
        self, open_work: Callable[[], AbstractContextManager[Work]], act: "Act[A, R]"
    ) -> None:
        self._open_work = open_work
        self._act = act
        self._waiting: deque[_Caller[A, R]] = deque()
        self._lock = threading.Lock()
        self._led = False

    def do(self, asked: A) -> R:
        """The result for this caller, once it is committed; raises what `act` says of it."""
        caller: _Caller[A, R] = _Caller(asked)
        with self._lock:
            self._waiting.append(caller)
            leads, self._led = not self._led, True
        if not leads:
            caller.woken.wait()
        if not caller.outcome:  # nobody did it: the turn to lead has come
            self._lead()
        (outcome,) = caller.outcome
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _lead(self) -> None:
        """Work for those who wait, the one who leads first among them, and hand the lead on."""
        with self._lock:
            batch = [self._waiting.popleft() for _ in range(min(LIMIT, len(self._waiting)))]
        try:
            self._settle(batch)
        finally:
            for caller in batch:
                if not caller.outcome:  # whoever led was ended in the midst of it
                    caller.outcome.append(Unavailable("the work was broken off; try again"))
            with self._lock:
                self._led = bool(self._waiting)
                woken = [*batch, *([self._waiting[0]] if self._waiting else ())]
            for caller in woken:
                caller.woken.set()

    def _settle(self, batch: Sequence[_Caller[A, R]]) -> None:
        """All in one transaction; when that fails, each alone."""
        try:
            with self._open_work() as work:
                outcomes = self._act(work, [it.asked for it in batch])
        except Exception as error:
            if len(batch) > 1 and not isinstance(error, Unavailable):
                for caller in batch:
                    self._settle([caller])
                return
            outcomes = [error] * len(batch)
        for caller, outcome in zip(batch, outcomes, strict=True):
            caller.outcome.append(outcome)
