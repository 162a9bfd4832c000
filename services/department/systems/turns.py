"""What takes its turns in threads of its own, and which of it is wanted just now."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import structlog

from services.department.systems.line import grown
from shared.errors import Unavailable

LONGEST_TURN = 30.0
"""Seconds until a turn that failed for a reason of ours is tried again."""

log = structlog.get_logger()

Turn = Callable[[], float]
"""Called again and again; returns after how many seconds it wants to be."""
Spawn = Callable[[Callable[[], None]], Any]
"""Begins a thread, whose `dead` says whether it has ended."""


class Wanted(NamedTuple):
    """Something that is to take turns: the same one as long as `what` is equal."""

    what: Any
    begin: Callable[[], Turn]


@dataclass(kw_only=True)
class _Runner:
    """A thread that takes turns until it is told to leave; it ends a turn that it began."""

    name: str
    wanted: Wanted
    leaving: threading.Event = field(default_factory=threading.Event)
    thread: Any = None

    def run(self) -> None:
        turn, failures = self.wanted.begin(), 0
        while not self.leaving.is_set():
            try:
                wait, failures = turn(), 0
            except Unavailable as error:
                failures += 1
                wait = grown(failures, longest=LONGEST_TURN)
                log.warning("turn waits", way=self.name, error=str(error), retry_in=wait)
            except Exception:
                failures += 1
                wait = grown(failures, longest=LONGEST_TURN)
                log.error("turn failed", way=self.name, retry_in=wait, exc_info=True)
            # Never without a pause: other green threads want their turn.
            self.leaving.wait(max(0.001, wait))


class Round:
    """A thread for each of what is wanted, by name. What fails in one is of no concern to the
    others."""

    def __init__(self, spawn: Spawn) -> None:
        self._spawn = spawn
        self._running: dict[str, _Runner] = {}

    def arrange(self, wanted: Mapping[str, Wanted]) -> None:
        """Have this take turns and nothing else. What is no longer wanted ends the turn that it is
        in, and what takes its place begins at the first call after that."""
        for name, runner in self._running.items():
            if name not in wanted or wanted[name].what != runner.wanted.what:
                runner.leaving.set()
        self._running = {name: it for name, it in self._running.items() if not it.thread.dead}
        for name, it in wanted.items():
            if name not in self._running:
                runner = self._running[name] = _Runner(name=name, wanted=it)
                runner.thread = self._spawn(runner.run)

    def leave(self) -> list[Any]:
        """Tell all to leave; their threads, which end the turns that they are in."""
        for runner in self._running.values():
            runner.leaving.set()
        return [runner.thread for runner in self._running.values()]
