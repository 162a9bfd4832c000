"""What a delivery or a handler's outcome does to an assignment: journal written, effects collected.

Called inside a transaction; the effects are for after its commit.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from onewindow_worker.backoff import delay
from onewindow_worker.counts import Counts
from onewindow_worker.errors import (
    InvalidResult,
    NotOpen,
    Unhandled,
    UnknownAssignment,
    Unreadable,
    WorkerError,
)
from onewindow_worker.events import Handled, Job, Noted
from onewindow_worker.handling import Handlers
from onewindow_worker.journal import Entry, Journal, Known
from onewindow_worker.results import LATER, Result
from onewindow_worker.standing import HANDLED_AGAIN
from onewindow_worker.tasks import Cancellation, Supplement, Task, read_task
from onewindow_worker.wire import Content, Delivery, read

log = logging.getLogger("onewindow_worker")

LONGEST_HOLD = 60.0


@dataclass(frozen=True)
class Policy:
    """How the worker behaves. `retry_after`: seconds before the second attempt, then doubling."""

    department: str
    sender: str
    attempts: int
    retry_after: float
    clock: Callable[[], datetime]


@dataclass
class Effects:
    """What is to happen once the journal has it.

    `recorded` are results that were written, `dropped` tells that some may have been deleted again.
    """

    recorded: list[Entry] = field(default_factory=list)
    dropped: bool = False
    start: list[Job] = field(default_factory=list)
    hold: list[tuple[float, Job]] = field(default_factory=list)
    done: list[Delivery] = field(default_factory=list)
    rejected: list[Delivery] = field(default_factory=list)
    repeat: list[str] = field(default_factory=list)
    look_again: list[Delivery] = field(default_factory=list)


class Assignments:
    """The assignments that the department has, and the jobs that its handlers have."""

    def __init__(
        self, policy: Policy, journal: Journal, handlers: Handlers, counts: Counts | None = None
    ) -> None:
        self._policy = policy
        self._journal = journal
        self._handlers = handlers
        self._counts = counts or Counts()
        self._jobs: dict[str, Job] = {}
        self.effects = Effects()

    @property
    def busy(self) -> bool:
        """Whether a handler has something to do."""
        return bool(self._jobs)

    def collect(self) -> Effects:
        """The effects since the last call."""
        effects, self.effects = self.effects, Effects()
        return effects

    def leave(self, job: Job) -> None:
        """Leave a job to the broker, which delivers its task again."""
        del self._jobs[job.assignment]

    def take(self, deliveries: Sequence[Delivery]) -> None:
        """Take deliveries in, in their order."""
        readable: list[tuple[Delivery, Content, dict[str, Any]]] = []
        for delivery in deliveries:
            try:
                content, plain = read(
                    delivery, department=self._policy.department, sender=self._policy.sender
                )
                readable.append((delivery, content, plain))
            except Unreadable as error:
                self._reject(delivery, error)
        known = self._journal.known([content.assignment for _, content, _ in readable])
        for delivery, content, plain in readable:
            self._take(delivery, content, plain, known.get(content.assignment))

    def _take(
        self, delivery: Delivery, content: Content, plain: dict[str, Any], known: Known | None
    ) -> None:
        job = self._jobs.get(content.assignment)
        if job is not None:
            self._take_beside(job, delivery, content)
        elif isinstance(content, Task):
            self._take_task(delivery, content, known)
        elif isinstance(content, Supplement):
            self._take_supplement(delivery, content, plain, known)
        else:
            self._take_cancellation(delivery, content, known)

    def _take_beside(self, job: Job, delivery: Delivery, content: Content) -> None:
        """A message for an assignment that a handler has just now."""
        same = any(each.message_id == delivery.message_id for each in job.deliveries)
        if same or isinstance(content, Task):
            job.deliveries.append(delivery)
            return
        if isinstance(content, Cancellation):
            self._cancel(delivery, content)
            job.unwanted = isinstance(job.subject, Task)
        job.after.append(delivery)

    def _take_task(self, delivery: Delivery, task: Task, known: Known | None) -> None:
        if known is not None and known.standing not in HANDLED_AGAIN:
            self._repeat(delivery, task.assignment)
        elif not self._handlers.covers(task.task):
            self._reject(delivery, Unhandled(f"no handler for the task {task.task}"))
        else:
            self._begin(delivery, task, delivery.body.decode())

    def _take_supplement(
        self,
        delivery: Delivery,
        supplement: Supplement,
        plain: dict[str, Any],
        known: Known | None,
    ) -> None:
        if known is None:
            unknown = f"the journal knows no assignment {supplement.assignment}"
            self._reject(delivery, Unreadable(unknown))
            return
        task = self._journal.task_of(supplement.assignment)
        if task is None or not self._fresh(delivery, supplement.assignment, known):
            self._repeat(delivery, supplement.assignment)
            return
        task.update(form=plain["form"], materials=plain.get("materials", []), note=supplement.note)
        self._begin(delivery, read_task(task, supplemented=True), json.dumps(task))

    def _fresh(self, delivery: Delivery, assignment: str, known: Known) -> bool:
        """Whether the handler has not answered this message yet."""
        if known.cause == delivery.message_id:
            return known.standing in HANDLED_AGAIN
        return not self._journal.answers(assignment, delivery.message_id)

    def _take_cancellation(
        self, delivery: Delivery, cancellation: Cancellation, known: Known | None
    ) -> None:
        if known is not None and known.standing == "cancelled":
            self.effects.done.append(delivery)
            return
        if known is None or known.standing != "cancelling":
            self._cancel(delivery, cancellation)
        self._queue(Job(cancellation.assignment, cancellation, [delivery]))

    def _cancel(self, delivery: Delivery, cancellation: Cancellation) -> None:
        log.info("Task cancelled", extra=_facts(cancellation, delivery))
        self.effects.dropped = True
        self._journal.cancel(
            cancellation.case, cancellation.assignment, delivery.message_id, cancellation.reason
        )

    def _begin(self, delivery: Delivery, task: Task, plain: str) -> None:
        self._journal.begin(
            task.case, task.assignment, delivery.message_id, plain, delivery.traceparent
        )
        self._queue(Job(task.assignment, task, [delivery]))

    def _queue(self, job: Job) -> None:
        self._jobs[job.assignment] = job
        self.effects.start.append(job)

    def _repeat(self, delivery: Delivery, assignment: str) -> None:
        log.info("Task known, its result is sent again", extra=_ids(delivery, assignment))
        self.effects.done.append(delivery)
        self.effects.repeat.append(assignment)

    def _reject(self, delivery: Delivery, error: WorkerError) -> None:
        log.error("Message set aside: %s", error, extra=_ids(delivery, ""))
        self._counts.parked += 1
        self.effects.rejected.append(delivery)

    def note(self, noted: Noted) -> None:
        """Write down what a handler says of its progress."""
        try:
            self._record(noted.assignment, noted.note)
            self._counts.noted += 1
        except (NotOpen, UnknownAssignment) as error:
            log.info("Note dropped: %s", error, extra={"assignment": noted.assignment})

    def _record(self, assignment: str, result: Result) -> None:
        entry = self._journal.record(assignment, result, self._policy.clock())
        if entry is not None:
            self.effects.recorded.append(entry)

    def finish(self, handled: Handled, *, stopping: bool) -> None:
        """Take a handler's outcome in; a stopping worker does not try again."""
        job = handled.job
        error = handled.error or self._keep(job, handled.result)
        if handled.seconds is not None:
            self._counts.ran(handled.seconds)
            self._counts.failed += error is not None
        if error is None:
            self._close(job, self.effects.done)
        elif job.unwanted:
            log.info("Handler failed on a task cancelled meanwhile", extra=_job_facts(job))
            self._close(job, self.effects.done)
        elif isinstance(error, Unhandled) or job.attempt >= self._policy.attempts:
            self._park(job, error)
        elif stopping:
            self.leave(job)
        else:
            self._hold(job, error)

    def _keep(self, job: Job, result: Result | None) -> Exception | None:
        """Write the result down; an error is what the handler is to be blamed for."""
        if isinstance(job.subject, Cancellation):
            self._journal.cancelled(job.assignment)
            self._counts.answer(None)
        elif result is not None:
            try:
                self._record(job.assignment, result)
                self._counts.answer(result)
            except InvalidResult as error:
                return error
            except NotOpen as error:
                # LATER after the answer was reported already is the ordinary end of a quick job
                if result is not LATER:
                    log.warning("Result dropped: %s", error, extra=_job_facts(job))
        return None

    def _park(self, job: Job, error: BaseException) -> None:
        log.error(
            "Task set aside at attempt %d: %s",
            job.attempt,
            _said(error),
            extra=_job_facts(job),
            exc_info=error,
        )
        self._counts.parked += 1
        self._journal.park(job.assignment)
        self._close(job, self.effects.rejected)

    def _hold(self, job: Job, error: BaseException) -> None:
        seconds = delay(job.attempt, first=self._policy.retry_after, most=LONGEST_HOLD)
        log.warning(
            "Handler failed, trying again in %.1f s: %s",
            seconds,
            _said(error),
            extra=_job_facts(job),
            exc_info=error,
        )
        job.attempt += 1
        self.effects.hold.append((seconds, job))

    def _close(self, job: Job, settled: list[Delivery]) -> None:
        del self._jobs[job.assignment]
        settled.extend(job.deliveries)
        self.effects.look_again.extend(job.after)


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _ids(delivery: Delivery, assignment: str) -> dict[str, object]:
    return {"message_id": delivery.message_id, "type": delivery.type, "assignment": assignment}


def _facts(subject: Task | Cancellation, delivery: Delivery) -> dict[str, object]:
    return {**_ids(delivery, subject.assignment), "case": subject.case, "task": subject.task}


def _job_facts(job: Job) -> dict[str, object]:
    return {**_facts(job.subject, job.deliveries[0]), "attempt": job.attempt}
