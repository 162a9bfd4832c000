"""A department's worker: what its developer sees."""

from __future__ import annotations

import logging
import signal
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Callable, TypeVar

import pika

from onewindow_worker.assignments import Assignments, Policy
from onewindow_worker.counts import Counts
from onewindow_worker.engine import Engine
from onewindow_worker.errors import InvalidSettings, JournalUnusable
from onewindow_worker.events import Event, Wake
from onewindow_worker.handling import CancelledHandler, Handlers, Pool, TaskHandler
from onewindow_worker.health import HealthFile
from onewindow_worker.journal import Journal
from onewindow_worker.link import Link
from onewindow_worker.lock import WorkerLock
from onewindow_worker.logs import quiet_pika
from onewindow_worker.metrics import MetricsServer
from onewindow_worker.reporter import Reporter, real_clock
from onewindow_worker.results import Result
from onewindow_worker.session import Line
from onewindow_worker.settings import Settings
from onewindow_worker.version import __version__

log = logging.getLogger("onewindow_worker")

TH = TypeVar("TH", bound=TaskHandler)
CH = TypeVar("CH", bound=CancelledHandler)
LOCK_POLL = 0.5


class Worker:
    """Takes a department's tasks, calls the handlers and sends their results.

    `uri` is the broker's address; in its place `uri_file` names a file that holds it and is read
    anew for every connection. `journal` is the file in which the worker remembers; keep it with the
    department's data. `threads` is how many handlers run at once: with 1 they need not be
    thread-safe. `attempts` and `retry_after` (seconds, doubling) say how often a handler that
    raises is called for one task. With a `metrics_port` it serves Prometheus metrics at
    `metrics_host`, and it writes how it is into `health_file`. `clock` gives the aware time that
    results are dated with.
    """

    def __init__(
        self,
        department: str,
        uri: str = "",
        *,
        uri_file: str | Path = "",
        journal: str | Path = "",
        threads: int = Settings.threads,
        prefetch: int = Settings.prefetch,
        attempts: int = Settings.attempts,
        retry_after: float = Settings.retry_after,
        sender: str = Settings.sender,
        metrics_port: int = Settings.metrics_port,
        metrics_host: str = Settings.metrics_host,
        health_file: str | Path = Settings.health_file,
        clock: Callable[[], datetime] = real_clock,
    ) -> None:
        self._settings = Settings(
            department=department,
            uri=uri,
            uri_file=str(uri_file),
            journal=str(journal) or f"{department}.journal",
            threads=threads,
            prefetch=prefetch,
            attempts=attempts,
            retry_after=retry_after,
            sender=sender,
            metrics_port=metrics_port,
            metrics_host=metrics_host,
            health_file=str(health_file),
        )
        self._clock = clock
        self._counts = Counts()
        self._health = HealthFile(self._settings.health_file, department)
        self._handlers = Handlers()
        self._events: SimpleQueue[Event] = SimpleQueue()
        self._stop = threading.Event()
        self._reporter = Reporter(self._settings.journal, clock=clock)

    @classmethod
    def from_environment(cls) -> Worker:
        """A worker by the variables ONEWINDOW_WORKER_*; raises InvalidSettings."""
        given = Settings.from_environment()
        return cls(
            given.department,
            given.uri,
            uri_file=given.uri_file,
            journal=given.journal,
            threads=given.threads,
            prefetch=given.prefetch,
            attempts=given.attempts,
            retry_after=given.retry_after,
            sender=given.sender,
            metrics_port=given.metrics_port,
            metrics_host=given.metrics_host,
            health_file=given.health_file,
        )

    @property
    def department(self) -> str:
        """The department's key."""
        return self._settings.department

    def task(self, *names: str) -> Callable[[TH], TH]:
        """Register a handler for these tasks; without a name, for every task that has none."""

        def register(handler: TH) -> TH:
            for name in names:
                if name in self._handlers.by_task:
                    raise InvalidSettings(f"the task {name} has two handlers")
                self._handlers.by_task[name] = handler
            if not names:
                if self._handlers.every is not None:
                    raise InvalidSettings("there are two handlers for every task")
                self._handlers.every = handler
            return handler

        return register

    def cancelled(self, handler: CH) -> CH:
        """Register the handler that is told when a task is no longer wanted."""
        self._handlers.cancelled = handler
        return handler

    def complete(self, assignment: str, result: Result) -> None:
        """Answer an assignment whose handler returned LATER. See Reporter.complete."""
        self._reporter.complete(assignment, result)
        self._events.put(Wake())

    def progress(
        self, assignment: str, note: str, *, percent: int | None = None, officer: str = ""
    ) -> None:
        """Say how far the work on an assignment is; in a handler rather `task.progress`."""
        self._reporter.progress(assignment, note, percent=percent, officer=officer)
        self._events.put(Wake())

    def resume(self, assignment: str, finding: str = "", *, officer: str = "") -> None:
        """The special procedure of a suspended task is over. See Reporter.resume."""
        self._reporter.resume(assignment, finding, officer=officer)
        self._events.put(Wake())

    def stop(self) -> None:
        """Finish what was begun, then let `run` return. Any thread, also a signal handler."""
        self._stop.set()
        self._events.put(Wake())

    def run(self) -> None:
        """Work until SIGTERM, Ctrl-C or `stop`; once for each Worker.

        Raises InvalidSettings and JournalUnusable.
        """
        if self._handlers.every is None and not self._handlers.by_task:
            raise InvalidSettings("the worker has no handler: add one with @worker.task()")
        self._line()  # what is wrong with the address is said before anything else is begun
        quiet_pika()
        lock = WorkerLock(self._settings.journal)
        with self._signals():
            try:
                if self._locked(lock):
                    with self._watched():
                        self._work()
            except sqlite3.Error as error:
                raise JournalUnusable(
                    f"the journal {self._settings.journal} cannot be written: {error}"
                ) from error
            finally:
                lock.release()
                self._health.remove()
        log.info("Worker stopped", extra={"department": self.department})

    def _line(self) -> Line:
        try:
            parameters = pika.URLParameters(self._settings.address())
        except (ValueError, TypeError) as error:
            raise InvalidSettings(f"uri: the address of the broker is broken: {error}") from error
        name = {"connection_name": f"onewindow-worker {self.department}"}
        parameters.client_properties = name
        return Line(
            parameters=parameters,
            department=self.department,
            app_id=f"onewindow-worker/{__version__}",
            prefetch=self._settings.prefetch,
        )

    def _locked(self, lock: WorkerLock) -> bool:
        """Wait until no other worker has the journal; False when told to stop meanwhile."""
        told = False
        while not self._stop.is_set():
            if lock.take():
                return True
            if not told:
                told = True
                log.warning(
                    "Another worker uses this journal; waiting until it has stopped",
                    extra={"journal": self._settings.journal},
                )
            self._write_health("standby")
            self._stop.wait(LOCK_POLL)
        return False

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Metrics are served meanwhile, and the health file is there from the beginning."""
        self._write_health("reconnecting")
        server = self._metrics()
        try:
            yield
        finally:
            if server is not None:
                server.close()

    def _write_health(self, state: str) -> None:
        try:
            self._health.write(state, self._counts)
        except OSError as error:
            raise InvalidSettings(f"health_file: cannot be written: {error}") from error

    def _metrics(self) -> MetricsServer | None:
        given = self._settings
        if not given.metrics_port:
            return None
        return MetricsServer(given.metrics_host, given.metrics_port, self._counts, self.department)

    def _work(self) -> None:
        journal = Journal.open(self._settings.journal, self.department)
        pool = Pool(self._handlers, self._settings.threads, self._events)
        link = Link(self._line, self._events)
        assignments = Assignments(self._policy(), journal, self._handlers, self._counts)
        engine = Engine(
            journal=journal,
            assignments=assignments,
            pool=pool,
            link=link,
            events=self._events,
            stopping=self._stop.is_set,
            counts=self._counts,
            health=self._health,
        )
        log.info("Worker started", extra={"department": self.department})
        pool.start()
        link.start()
        try:
            engine.run()
        finally:
            link.close()
            pool.stop()
            journal.close()

    def _policy(self) -> Policy:
        return Policy(
            department=self.department,
            sender=self._settings.sender,
            attempts=self._settings.attempts,
            retry_after=self._settings.retry_after,
            clock=self._clock,
        )

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """SIGTERM and Ctrl-C stop in good order; the second one ends the process at once."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}

        def restore() -> None:
            for each, handler in before.items():
                signal.signal(each, handler)

        def stop(_number: int, _frame: Any) -> None:
            restore()
            self.stop()

        for each in before:
            signal.signal(each, stop)
        try:
            yield
        finally:
            restore()
