"""`turns`: what takes its turns in green threads of its own, and which of it is wanted just now."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import eventlet
import structlog
from nameko.extensions import Entrypoint

from services.department.systems.line import grown
from shared.delivery.backbone import Backbone, instance
from shared.errors import Unavailable

LOOK_ROUND = 1.0
"""Seconds after which it is asked again what is wanted."""
LONGEST_TURN = 30.0
"""Seconds until a turn that failed for a reason of ours is tried again."""
GRACE = 2.0
"""Seconds for which a service that stops waits for what is under way."""

log = structlog.get_logger()

Turn = Callable[[], float]
"""Called again and again; returns after how many seconds it wants to be."""


class Wanted(NamedTuple):
    """Something that is to take turns: the same one as long as `what` is equal."""

    what: Any
    begin: Callable[[], Turn]


@dataclass(kw_only=True)
class _Runner:
    """A green thread that takes turns until it is told to leave; it ends a turn that it began."""

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


class Turns(Entrypoint):  # type: ignore[misc]
    """A green thread for each of what the method says is wanted, by name; it is asked every second.

    What is no longer wanted ends the turn that it is in, and only then does what takes its place
    begin. What fails in one is of no concern to the others.
    """

    backbone = Backbone()

    def start(self) -> None:
        self._stopping = threading.Event()
        self._running: dict[str, _Runner] = {}
        self._service = instance(self)
        self._conductor = self.container.spawn_managed_thread(self._conduct)

    def stop(self) -> None:
        self._stopping.set()
        self._service.ways.held.stop()
        self._conductor.wait()
        threads = [it.thread for it in self._running.values()]
        for runner in self._running.values():
            runner.leaving.set()
        with eventlet.Timeout(GRACE, False):
            for thread in threads:
                thread.wait()
        # A request that is under way counts as if the process had died in the midst of it.
        for thread in threads:
            thread.kill()

    def _conduct(self) -> None:
        while not self._stopping.is_set():
            try:
                self._arrange(getattr(self._service, self.method_name)())
            except Exception:
                log.error("what takes turns stays as it was", exc_info=True)
            self._stopping.wait(LOOK_ROUND)

    def _arrange(self, wanted: Mapping[str, Wanted]) -> None:
        for name, runner in self._running.items():
            if name not in wanted or wanted[name].what != runner.wanted.what:
                runner.leaving.set()
        self._running = {name: it for name, it in self._running.items() if not it.thread.dead}
        for name, it in wanted.items():
            if name not in self._running:
                runner = self._running[name] = _Runner(name=name, wanted=it)
                runner.thread = self.container.spawn_managed_thread(runner.run)


turns = Turns.decorator
