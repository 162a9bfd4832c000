"""How many tasks a second one worker process of the SDK answers.

A broker with the topology, and no services: the queue of one department is filled with tasks, then
its worker starts, and whoever reads in routing's name counts the answers.
"""

import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deploy.bench.processes import cpu_seconds, memory
from deploy.bench.site import CATALOGUE, DEPARTMENTS
from deploy.bench.window import application
from deploy.bench.worker_settings import environment
from deploy.local.broker_node import BrokerNode
from deploy.local.broker_setup import set_up
from deploy.local.local_stack import VHOST, Say
from deploy.local.passwords import Passwords
from deploy.local.process import end, spawn
from deploy.local.services import departments
from shared.delivery.consumer import Consumer
from shared.delivery.publisher import Publisher
from shared.delivery.sending import Sending
from shared.delivery.wire import Wire
from shared.errors import OneWindowError
from shared.messages import Limit, Person, TaskAssigned, Text

DEPARTMENT = DEPARTMENTS[0]
CHUNK = 500
SILENT = 30.0
"""Seconds without an answer after which a run has failed."""


class NoAnswer(OneWindowError):
    """The worker stopped answering before all tasks were answered."""


class Office:
    """A broker with the topology in `folder`; as a context manager."""

    def __init__(self, folder: Path, *, say: Say) -> None:
        self._folder = folder
        self._node = BrokerNode(folder / "broker")
        self._passwords = Passwords(folder / "passwords")
        self._say = say

    def __enter__(self) -> "Office":
        self._say("Starting a private broker ...")
        self._node.start()
        set_up(self._node.admin, VHOST, self._passwords, departments=departments(CATALOGUE))
        self._node.settle()
        return self

    def __exit__(self, *_: object) -> None:
        self._node.stop()

    def measured(self, count: int) -> dict[str, Any]:
        """One run over `count` tasks; raises NoAnswer."""
        self._assign(count)
        with self._worker() as pid:
            moments = self._answers(count)
            seconds, used = cpu_seconds(pid), memory(pid)
        return {
            "tasks": count,
            "tasks_per_second": (count - 1) / (moments[-1] - moments[0]),
            "cpu_ms_per_task": 1000 * seconds / count,
            "memory_mib": used.pss,
        }

    def _uri(self, user: str) -> str:
        return self._node.identity.address.uri(user, self._passwords.of(user), vhost=VHOST)

    def _assign(self, count: int) -> None:
        publisher = Publisher(self._uri("routing"), name="bench")
        threading.Thread(target=publisher.run, daemon=True).start()
        publisher.await_connection(10)
        run, now = time.time_ns(), datetime.now(UTC)
        for at in range(0, count, CHUNK):
            numbers = range(at, min(at + CHUNK, count))
            sending = Sending([Wire.of(_task(f"{run}-{it}", it), now) for it in numbers])
            publisher.submit(sending)
            sending.wait()
        publisher.stop()

    @contextmanager
    def _worker(self) -> Iterator[int]:
        journals = self._folder / "journals"
        shutil.rmtree(journals, ignore_errors=True)
        journals.mkdir()
        process = spawn(
            [sys.executable, "-P", "-m", "deploy.bench.workers"],
            env=environment({DEPARTMENT: self._uri(f"department.{DEPARTMENT}")}, journals),
            log=self._folder / "worker.log",
        )
        try:
            yield process.pid
        finally:
            end(process, seconds=10)

    def _answers(self, count: int) -> list[float]:
        """When the first answers came, and when the last one did."""
        consumer = Consumer(self._uri("routing"), ["routing.0"], limit=200, name="bench")
        moments: list[float] = []
        answered = 0
        try:
            while answered < count:
                batch = consumer.read(wait=SILENT)
                if not batch:
                    raise NoAnswer(f"Only {answered} of {count} tasks were answered.")
                moments.append(time.monotonic())
                answered += len(batch)
                consumer.acknowledge(batch)
        finally:
            consumer.close()
        return moments


def _task(case: str, number: int) -> TaskAssigned:
    filled = application("sdk", number)
    limit = Limit(amount=5, unit="working_days", source="本事项办事指南承诺办结时限")
    return TaskAssigned(
        case=case,
        assignment=f"{case}-1",
        task="review-1",
        title=Text(zh="第一部门审查", en="Review by the first bureau"),
        department=DEPARTMENT,
        item=filled["item"],
        item_title=Text(zh="八部门并联审查", en="Joint review by eight departments"),
        region="330100",
        assigned_at=datetime.now(UTC),
        applicant=Person(**filled["applicant"]),
        form=filled["form"],
        materials=(),
        opinions=(),
        acceptance=limit,
        handling=limit,
    )
