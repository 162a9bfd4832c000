"""The department's handlers, and the threads that call them."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, Callable

from onewindow_worker.errors import Unhandled
from onewindow_worker.events import Event, Handled, Job, Noted
from onewindow_worker.results import Note, Result, Resumed
from onewindow_worker.tasks import Cancellation, Task

TaskHandler = Callable[[Task], Result]
CancelledHandler = Callable[[Cancellation], Any]


@dataclass
class Handlers:
    """What is called for which task. `every` takes the tasks that have no handler of their own."""

    by_task: dict[str, TaskHandler] = field(default_factory=dict)
    every: TaskHandler | None = None
    cancelled: CancelledHandler | None = None

    def covers(self, task: str) -> bool:
        """Whether there is a handler for a task."""
        return task in self.by_task or self.every is not None

    def call(self, subject: Task | Cancellation) -> Result | None:
        """The handler's answer; raises what the handler raises, and Unhandled."""
        if isinstance(subject, Cancellation):
            if self.cancelled is not None:
                self.cancelled(subject)
            return None
        handler = self.by_task.get(subject.task, self.every)
        if handler is None:
            raise Unhandled(
                f'no handler for the task {subject.task}: add @worker.task("{subject.task}")'
            )
        result = handler(subject)
        if not isinstance(result, Result) or isinstance(result, (Resumed, Note)):
            name = getattr(handler, "__name__", "the handler")
            raise Unhandled(
                f"{name} returned {result!r}; it should return approve(...), reject(...) or "
                "another result, or LATER"
            )
        return result


class Pool:
    """Threads that take jobs one by one and put the outcome among the events."""

    def __init__(self, handlers: Handlers, threads: int, events: SimpleQueue[Event]) -> None:
        self._handlers = handlers
        self._events = events
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._threads = [
            threading.Thread(target=self._work, name=f"onewindow-handler-{number}", daemon=True)
            for number in range(1, threads + 1)
        ]

    def start(self) -> None:
        """Begin to take jobs."""
        for thread in self._threads:
            thread.start()

    def put(self, job: Job) -> None:
        """Have a job done as soon as a thread is free."""
        self._jobs.put(job)

    @property
    def queued(self) -> int:
        """How many jobs no thread has begun, roughly."""
        return self._jobs.qsize()

    def withdraw(self) -> list[Job]:
        """Take back the jobs that no thread has begun."""
        jobs: list[Job] = []
        while True:
            try:
                job = self._jobs.get_nowait()
            except Empty:
                return jobs
            if job is not None:
                jobs.append(job)

    def stop(self) -> None:
        """Let the threads end when they are idle."""
        for _thread in self._threads:
            self._jobs.put(None)

    def _work(self) -> None:
        while True:
            job = self._jobs.get()
            if job is None:
                return
            self._events.put(self._done(job))

    def _done(self, job: Job) -> Handled:
        if job.unwanted:
            return Handled(job, None, None)
        if isinstance(job.subject, Task):
            job.subject.tell_to(self._note)
        result, problem, began = None, None, time.perf_counter()
        try:
            result = self._handlers.call(job.subject)
        except BaseException as error:
            # sys.exit() in a handler must not end the thread either
            problem = error
        return Handled(job, result, problem, time.perf_counter() - began)

    def _note(self, task: Task, note: Note) -> None:
        self._events.put(Noted(task.assignment, note))
