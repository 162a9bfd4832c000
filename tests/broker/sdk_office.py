"""A department's office for tests of the worker SDK: routing's side of the broker, and workers."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import onewindow_worker
import pika
from onewindow_worker import Worker

from tests.unit.sdk.messages import assigned
from tests.waiting import eventually

SOURCE = Path(onewindow_worker.__file__).parents[1]
PATIENCE = 120.0
DEPARTMENTS = {"planning": False, "tax": False, "water": True}


@dataclass(frozen=True, kw_only=True)
class Result:
    """A result as routing gets it."""

    properties: pika.BasicProperties
    body: dict[str, Any]

    @property
    def type(self) -> str:
        return str(self.properties.type)

    @property
    def assignment(self) -> str:
        return str(self.body["assignment"])


class Office:
    """Routing's side of one virtual host. Broker users come from `uri_of`."""

    def __init__(self, uri_of: Callable[[str | None], str], folder: Path) -> None:
        self.uri_of = uri_of
        self.folder = folder
        self.journal = folder / "planning.journal"
        self._connections: list[pika.BlockingConnection] = []
        self._got: list[Result] = []

    def channel(self, user: str | None = "routing") -> Any:
        """A new channel as a broker user, the administrator unless named."""
        self._connections.append(pika.BlockingConnection(pika.URLParameters(self.uri_of(user))))
        return self._connections[-1].channel()

    def close(self) -> None:
        """Close what is open, also connections whose broker is gone."""
        for connection in self._connections:
            with contextlib.suppress(pika.exceptions.AMQPError):
                connection.close()

    def assign(self, *numbers: int, **changes: Any) -> None:
        """Hand tasks to the department."""
        self.send(*(assigned(number, **changes) for number in numbers))

    def send(self, *bodies: Any, kind: str = "task.assigned", message_id: str = "") -> None:
        """Send messages to the department as routing; the id is the assignment's unless given."""
        channel = self.channel()
        channel.confirm_delivery()
        for body in bodies:
            properties = pika.BasicProperties(
                type=kind,
                message_id=message_id or f"{kind}/{body['assignment']}",
                user_id="routing",
                delivery_mode=2,
                headers={"schema-version": 1, "traceparent": f"00-{'a' * 32}-{'b' * 16}-01"},
            )
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            _publish(channel, raw, properties)
        channel.connection.close()

    def results(self, enough: Callable[[list[Result]], bool]) -> list[Result]:
        """All results that have reached routing, once there are enough of them."""
        channel = self.channel()
        deadline = time.monotonic() + PATIENCE
        arriving = channel.consume("routing.0", inactivity_timeout=0.05)
        while not enough(self._got):
            assert time.monotonic() < deadline, [(r.type, r.assignment) for r in self._got]
            method, properties, body = next(arriving)
            if method is not None:
                self._got.append(Result(properties=properties, body=json.loads(body)))
                channel.basic_ack(method.delivery_tag)
        channel.connection.close()
        return self._got

    def first(self, count: int) -> list[Result]:
        """The results, once there are so many."""
        return self.results(lambda got: len(got) >= count)

    def until(self, true: Callable[[], bool], state: Callable[[], str] = str) -> None:
        """Wait for a condition; fails with the state in the end."""
        eventually(true, "it happens", state=state, seconds=PATIENCE)

    def waiting(self, queue: str = "department.planning") -> int:
        """How many messages are ready in a queue."""
        channel = self.channel(None)
        count = channel.queue_declare(queue, passive=True).method.message_count
        channel.connection.close()
        return int(count)

    def worker(self, user: str = "department.planning", **options: Any) -> Worker:
        """A worker of the department planning that tries again quickly."""
        given = {"journal": self.journal, "retry_after": 0.05, **options}
        return Worker(given.pop("department", "planning"), self.uri_of(user), **given)

    @contextmanager
    def running(self, worker: Worker) -> Iterator[Worker]:
        """The worker runs in a thread meanwhile."""
        thread = threading.Thread(target=worker.run)
        thread.start()
        try:
            yield worker
        finally:
            worker.stop()
            thread.join(PATIENCE)
            assert not thread.is_alive(), "the worker did not stop"

    def process(self, source: str, **environment: str) -> "WorkerProcess":
        """A worker of its own process; `source` is its module, which defines `worker`."""
        (self.folder / "office.py").write_text(source)
        return WorkerProcess(
            self.folder,
            {
                "ONEWINDOW_WORKER_DEPARTMENT": "planning",
                "ONEWINDOW_WORKER_URI": self.uri_of("department.planning"),
                "ONEWINDOW_WORKER_JOURNAL": str(self.journal),
                **environment,
            },
        )


class WorkerProcess:
    """`python -m onewindow_worker` in a folder."""

    def __init__(
        self,
        folder: Path,
        environment: dict[str, str],
        worker: str = "office:worker",
        python: str | Path = sys.executable,
    ) -> None:
        self.log = folder / "worker.log"
        with self.log.open("ab") as log:
            self.popen = subprocess.Popen(
                [str(python), "-m", "onewindow_worker", worker],
                cwd=folder,
                env={**os.environ, "PYTHONPATH": str(SOURCE), **environment},
                stdout=log,
                stderr=log,
            )

    def said(self, text: str) -> bool:
        """Whether its log has a text."""
        return text in self.log.read_text()

    def kill(self) -> None:
        """SIGKILL."""
        self.popen.kill()
        self.popen.wait(PATIENCE)

    def stop(self) -> int:
        """SIGTERM, and its exit status."""
        self.popen.terminate()
        return self.popen.wait(PATIENCE)

    def __enter__(self) -> "WorkerProcess":
        return self

    def __exit__(self, *_error: object) -> None:
        if self.popen.poll() is None:
            self.kill()


def _publish(channel: Any, body: bytes, properties: pika.BasicProperties) -> None:
    """As routing does, send again what the broker refuses.

    RabbitMQ 3.10.8 ends a quorum queue's process, and refuses what it was sent, when the disk is
    slow for a second just after the queue was declared.
    """
    for last in (False, False, True):
        try:
            channel.basic_publish("tasks", "planning", body, properties, mandatory=True)
        except pika.exceptions.NackError:
            if last:
                raise
        else:
            return
