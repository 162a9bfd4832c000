"""One department's worker in the demonstration: `python -m deploy.demo.worker planning`.

It is what a department would write: handlers on the SDK. An office needs days for its answers; they
are given from a schedule in memory, which is why this worker is for demonstrations.
"""

import heapq
import itertools
import logging
import sys
import threading
from collections.abc import Sequence
from datetime import datetime, time, timedelta

from environs import Env
from onewindow_worker import LATER, NotOpen, Result, Task, Worker, log_to_stderr

from deploy.demo import offices
from deploy.demo.offices import Step
from shared.businesstime import BusinessTime
from shared.worktime import china, due

log = logging.getLogger("onewindow.demo")

AFTERNOON = time(15, 30)
"""Offices give their answers in the afternoon."""


class Schedule:
    """Answers that are due later, given by a thread when their moment has come."""

    def __init__(self, worker: Worker, business: BusinessTime) -> None:
        self._worker = worker
        self._business = business
        self._order = itertools.count()
        self._later: list[tuple[datetime, int, str, Result]] = []
        self._changed = threading.Condition()

    def add(self, assignment: str, steps: Sequence[Step]) -> None:
        """Have these results given, each so many working days after the one before."""
        moment = self._business.now()
        with self._changed:
            for step in steps:
                moment = afternoon(moment, step.days)
                entry = (moment, next(self._order), assignment, step.result)
                heapq.heappush(self._later, entry)
            self._changed.notify()

    def run(self) -> None:
        """Give what is due, for ever."""
        while True:
            with self._changed:
                while not self._later or self._wait() > 0:
                    self._changed.wait(self._wait() if self._later else None)
                _, _, assignment, result = heapq.heappop(self._later)
            self._give(assignment, result)

    def _wait(self) -> float:
        return self._business.delay_until(self._later[0][0])

    def _give(self, assignment: str, result: Result) -> None:
        try:
            self._worker.complete(assignment, result)
        except NotOpen as error:
            log.info("Answer no longer wanted", extra={"reason": str(error)})


def afternoon(moment: datetime, days: int) -> datetime:
    """The afternoon of the working day that is `days` working days after `moment`."""
    last = due(moment, days, "working_days", china())
    return max(moment + timedelta(minutes=1), datetime.combine(last, AFTERNOON, last.tzinfo))


def main(arguments: Sequence[str]) -> int:
    """Run the worker of the department that is named, until it is told to stop."""
    (department,) = arguments
    env = Env()
    business = BusinessTime.parse(env.str("ONEWINDOW_TIME", ""), production=False)
    log_to_stderr()
    worker = Worker(
        department,
        env.str("ONEWINDOW_WORKER_URI"),
        journal=env.str("ONEWINDOW_WORKER_JOURNAL"),
        clock=business.now,
    )
    schedule = Schedule(worker, business)

    @worker.task()
    def handle(task: Task) -> Result:
        first, *rest = offices.answer(task)
        if first.days == 0:
            schedule.add(task.assignment, rest)
            return first.result
        schedule.add(task.assignment, (first, *rest))
        return LATER

    threading.Thread(target=schedule.run, daemon=True).start()
    worker.run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
