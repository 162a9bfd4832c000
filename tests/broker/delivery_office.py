"""One service with its broker, database and processes, for tests of delivery."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pika
import sqlalchemy as sa

from deploy.local.places import ROOT
from shared.database import Database
from shared.delivery import parking, tables
from shared.delivery.parking import Parked
from shared.messages import CaseAccepted, Person
from shared.messages.codec import encode
from tests.waiting import eventually

PATIENCE = 120.0
DELAYS = (0.05, 0.1)
DEPARTMENTS = {"planning": False, "tax": False, "water": True}
NOW = datetime(2026, 9, 18, 9, 30, tzinfo=UTC)

metadata = sa.MetaData()
effects = sa.Table(
    "effects",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("case_code", sa.String(40), nullable=False),
    sa.Column("sender", sa.String(80), nullable=False),
    sa.Column("process", sa.Integer, nullable=False),
    sa.Column("stated", sa.Integer, nullable=False),
)


def code(number: int) -> str:
    return f"330100-2609-{number:07d}-00"


def case(number: int, /, **form: Any) -> CaseAccepted:
    return CaseAccepted(
        case=code(number),
        item="birth",
        item_version=1,
        region="330100",
        channel="api",
        received_at=NOW,
        accepted_at=NOW,
        applicant=Person(kind="person", name="张三", number="110101199003074178"),
        form=form,
    )


def until(condition: Callable[[], bool], what: str = "it") -> None:
    """Wait for a condition, and fail when it does not come about."""
    eventually(condition, f"{what} comes about", seconds=PATIENCE)


class Process:
    """A service process under test; its log is a file."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", "tests.broker.delivery_process"],
                cwd=ROOT,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stderr=output,
                stdout=output,
            )
        self.pid = self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def wait(self) -> int:
        """Its exit status, once it ends."""
        return self._process.wait(PATIENCE)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def stop(self) -> tuple[int, float]:
        """End it in good order; its exit status and how many seconds it took."""
        begun = time.monotonic()
        self._process.terminate()
        return self.wait(), time.monotonic() - begun

    def said(self, text: str) -> bool:
        return text in self.log.read_text()


class Office:
    """The service `routing` with everything around it. Broker users come from `uri_of`."""

    def __init__(
        self,
        uri_of: Callable[[str | None], str],
        folder: Path,
        *,
        database: str = "",
        partitions: int = 1,
    ) -> None:
        self.uri_of = uri_of
        self.folder = folder
        self.url = database
        self.partitions = partitions
        self.database = Database.open("routing", url=database, data=folder)
        self._processes: list[Process] = []
        self._tasks: list[dict[str, Any]] = []
        with self.database.transaction() as tx:
            if database:
                tx.execute(sa.text("create schema routing"))
            tables.metadata.create_all(tx)
            metadata.create_all(tx)

    def close(self) -> None:
        for process in self._processes:
            process.kill()
        self.database.close()

    def start(self, **environment: str) -> Process:
        """Start one more process of the service."""
        given = {
            "AMQP_URI": self.uri_of("routing"),
            "ONEWINDOW_DATA": str(self.folder),
            "ONEWINDOW_DATABASE": self.url,
            "ONEWINDOW_PARTITIONS": str(self.partitions),
            "ONEWINDOW_RETRY_DELAYS": ",".join(map(str, DELAYS)),
            "CRASHED": str(self.folder / "crashed"),
            **environment,
        }
        process = Process(given, self.folder / f"process-{len(self._processes)}.log")
        self._processes.append(process)
        return process

    @contextmanager
    def channel(self, user: str | None = "intake") -> Iterator[Any]:
        connection = pika.BlockingConnection(pika.URLParameters(self.uri_of(user)))
        try:
            channel = connection.channel()
            channel.confirm_delivery()
            yield channel
        finally:
            if connection.is_open:
                connection.close()

    def hand_in(self, *cases: CaseAccepted, ids: str = "m-", times: int = 1) -> None:
        """Send cases as intake does; the same ids make repeats."""
        with self.channel("intake") as channel:
            for _ in range(times):
                for each in cases:
                    properties = self.properties("intake", each.case, f"{ids}{each.case}")
                    channel.basic_publish("cases", "case.accepted", encode(each), properties)

    def properties(
        self, user: str | None, about: str | None = None, message_id: str | None = None, **more: Any
    ) -> pika.BasicProperties:
        headers = {"schema-version": 1, "traceparent": "", **more.pop("headers", {})}
        given = {"type": "case.accepted", "user_id": user, "delivery_mode": 2, **more}
        return pika.BasicProperties(
            correlation_id=about, message_id=message_id, headers=headers, **given
        )

    def effects(self) -> list[Any]:
        """What the service did, in order."""
        with self.database.reading() as tx:
            wanted = sa.select(effects).where(effects.c.sender.not_in(("timer", "http")))
            return list(tx.execute(wanted.order_by(effects.c.number)))

    def done(self) -> Counter[str]:
        """How often each case had its effect."""
        return Counter(row.case_code for row in self.effects())

    def parked(self, *, every: bool = False) -> list[Parked]:
        with self.database.reading() as tx:
            return parking.listed(tx, every=every)

    def unsent(self) -> int:
        with self.database.reading() as tx:
            return tx.execute(sa.select(sa.func.count()).select_from(tables.outbox)).scalar_one()

    def tasks(self, department: str = "planning") -> list[dict[str, Any]]:
        """What has reached a department so far, each with its id."""
        user = f"department.{department}"
        with self.channel(user) as channel:
            while True:
                method, properties, body = channel.basic_get(user, auto_ack=True)
                if method is None:
                    return self._tasks
                self._tasks.append({**json.loads(body), "message_id": properties.message_id})

    def notices(self, count: int) -> list[tuple[str, dict[str, Any]]]:
        """What supervision is told first: the type and the body of so many messages."""
        with self.channel("supervision") as channel:
            told = channel.consume("supervision.0", auto_ack=True, inactivity_timeout=PATIENCE)
            given = [next(told) for _ in range(count)]
            channel.cancel()
        assert all(it[0] for it in given), "supervision was not told"
        return [(properties.type, json.loads(body)) for _, properties, body in given]
