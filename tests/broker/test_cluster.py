"""Three RabbitMQ nodes form a cluster; any one of them is killed under load."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pika
import pytest
from pika.exceptions import AMQPError

from deploy.local.broker_setup import set_up
from deploy.local.cluster import BrokerCluster
from deploy.local.passwords import Passwords
from tests.broker.delivery_office import DELAYS, DEPARTMENTS, Office, case, code, until
from tests.fixtures.broker import install_rabbitmq

VHOST = "onewindow"
PARTITIONS = 2
LONGEST_PAUSE = 20.0
"""Seconds. It is about one or two; a node that nobody missed for long would be a heartbeat's."""


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[BrokerCluster]:
    install_rabbitmq()
    cluster = BrokerCluster(tmp_path / "cluster")
    cluster.start()
    yield cluster
    cluster.kill()


class ClusterOffice(Office):
    """The service with two processes, which know all nodes, and so does whoever else connects."""

    @contextmanager
    def channel(self, user: str | None = "intake") -> Iterator[Any]:
        nodes = [pika.URLParameters(uri) for uri in self.uri_of(user).split(";")]
        connection = pika.BlockingConnection(nodes)
        try:
            channel = connection.channel()
            channel.confirm_delivery()
            yield channel
        finally:
            if connection.is_open:
                connection.close()


@pytest.fixture
def office(
    cluster: BrokerCluster, postgres_database: str, tmp_path: Path
) -> Iterator[ClusterOffice]:
    passwords = Passwords(tmp_path / "passwords")
    set_up(
        cluster.admin,
        VHOST,
        passwords,
        departments=DEPARTMENTS,
        partitions=PARTITIONS,
        retry_delays=DELAYS,
    )
    cluster.settle()

    def uri_of(user: str | None) -> str:
        assert user is not None
        return cluster.uri(user, passwords.of(user), vhost=VHOST)

    office = ClusterOffice(uri_of, tmp_path, database=postgres_database, partitions=PARTITIONS)
    for _ in range(2):
        office.start()
    yield office
    office.close()


class Load:
    """Hands cases in one after the other, each again until the broker has confirmed it."""

    def __init__(self, office: Office) -> None:
        self.handed_in = 0
        self._office = office
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Load":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(0.005):
            try:
                self._office.hand_in(*map(case, range(self.handed_in, self.handed_in + 5)))
            except AMQPError:
                continue  # what was confirmed of these comes a second time, under the same ids
            self.handed_in += 5


class Watch:
    """Looks all the time how many effects there are."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._changes = [time.monotonic()]
        self._count = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(0.01):
            count = len(self._office.effects())
            if count != self._count:
                self._count = count
                self._changes.append(time.monotonic())

    def more(self, number: int) -> None:
        """Wait for so many effects more."""
        wanted = self._count + number
        until(lambda: self._count >= wanted, f"{number} more effects")

    def longest_pause(self, since: float) -> float:
        """For how long there was no effect at most since a moment, in seconds."""
        last = max(it for it in self._changes if it <= since)
        moments = [last, *(it for it in self._changes if it > since), time.monotonic()]
        return max(after - before for before, after in pairwise(moments))


def complete(cluster: BrokerCluster) -> bool:
    """Whether every quorum queue has a member on each node, and all of them take part."""
    queues = cluster.admin.members(VHOST)
    assert all(len(queue.members) == len(cluster.nodes) for queue in queues)
    return all(sorted(queue.online) == sorted(queue.members) for queue in queues)


def test_any_node_may_be_killed_under_load_and_nothing_is_lost_or_done_twice(
    cluster: BrokerCluster, office: ClusterOffice
) -> None:
    until(lambda: complete(cluster), "three members of every queue")
    with Watch(office) as watch, Load(office) as load:
        watch.more(50)
        for node in cluster.nodes:
            begun = time.monotonic()
            watch.more(100)
            calm, killed = watch.longest_pause(begun), time.monotonic()
            node.kill()
            watch.more(100)
            without, back = watch.longest_pause(killed), time.monotonic()
            node.start()
            until(lambda: complete(cluster), "the node has caught up")
            watch.more(20)
            print(
                f"{node.identity.name}: longest pause {calm:.2f} s while all were well,"
                f" {without:.2f} s when it was killed,"
                f" {watch.longest_pause(back):.2f} s when it came back"
            )
            assert without < LONGEST_PAUSE
    wanted = {code(number): 1 for number in range(load.handed_in)}
    until(lambda: len(office.done()) >= len(wanted), "every effect")
    until(lambda: len(office.tasks()) >= len(wanted), "every task")
    until(lambda: office.unsent() == 0, "an empty outbox")
    print(f"{load.handed_in} cases, none lost, none twice")
    assert wanted.items() <= office.done().items()
    assert set(office.done().values()) == {1}
    # A task may be sent twice, but then under the same id, by which its reader knows it.
    assert len({it["message_id"] for it in office.tasks()}) == len(office.done())
    assert office.parked() == []
