"""The broker or the database goes away and comes back: nothing is lost, nobody waits in vain."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pika
import pytest

from deploy.local.broker_config import SERVER, environment
from deploy.local.broker_node import BrokerNode
from deploy.local.passwords import Passwords
from tests.broker.delivery_office import DELAYS, DEPARTMENTS, Office, case, code, until
from tests.fixtures.broker import Vhost

CASES = 300


@pytest.fixture
def place(broker_of_its_own: BrokerNode, tmp_path):
    passwords = Passwords(tmp_path / "passwords")
    place = Vhost(name="office", admin=broker_of_its_own.admin, passwords=passwords)
    place.set_up(DEPARTMENTS, retry_delays=DELAYS)
    return broker_of_its_own, place


@pytest.fixture
def office(place, tmp_path):
    office = Office(place[1].uri, tmp_path)
    yield office
    office.close()


def everything_once(office: Office, count: int = CASES) -> None:
    until(lambda: len(office.done()) >= count, "the effect of every case")
    until(lambda: len({it["case"] for it in office.tasks()}) >= count, "a task of every case")
    until(lambda: office.unsent() == 0, "an empty outbox")
    assert office.done() == {code(number): 1 for number in range(count)}
    assert len({it["message_id"] for it in office.tasks()}) == count
    assert office.parked() == []


@pytest.fixture
def node(place):
    return place[0]


@pytest.mark.parametrize("end", ["restart", "kill"])
def test_a_broker_that_ends_in_the_middle_of_batches_loses_nothing(node, office, end):
    office.hand_in(*map(case, range(CASES)))
    process = office.start()
    until(lambda: bool(office.done()), "a first effect")
    if end == "kill":
        node.kill()
        node.start()
    else:
        node.restart()
    everything_once(office)
    assert process.running


def test_while_the_broker_is_away_work_is_committed_at_once_and_sent_later_in_order(node, office):
    process = office.start(EVERY="0.05")
    office.hand_in(case(0))
    until(lambda: len(office.tasks()) == 1, "the first task")
    node.kill()
    until(lambda: process.said("broker connection lost"), "a lost connection")
    before = _steps(office)
    until(lambda: _steps(office) > before + 10, "work while the broker is away")
    node.start()
    office.hand_in(*map(case, range(1, CASES)))
    everything_once(office)


def test_a_broker_that_blocks_its_publishers_holds_up_no_work(node, office):
    """The disk alarm: the broker stops reading from whoever publishes."""
    process = office.start(EVERY="0.05", SENDS="1")
    until(lambda: bool(_steps(office)), "a first message of the timer")
    _disk_limit(node, "100000GB")
    try:
        before = _steps(office)
        until(lambda: _steps(office) > before + 20, "work while the broker blocks")
        until(lambda: process.said("broker connection lost"), "a connection that is given up")
        until(lambda: office.unsent() > 10, "messages that wait in the outbox")
    finally:
        _disk_limit(node, "50MB")
    until(lambda: office.unsent() <= 2, "an empty outbox")
    status, _ = process.stop()
    assert status == 0
    with office.database.reading() as tx:
        stated = "select stated from effects where sender='timer' order by number"
        numbers = list(tx.exec_driver_sql(stated).scalars())
    left = office.unsent()
    got = [it["form"]["number"] for it in office.tasks()]
    first = {number: got.index(number) for number in set(got)}
    assert sorted(first) == numbers[: len(numbers) - left]
    assert sorted(first, key=lambda number: first[number]) == sorted(first)


def _steps(office: Office) -> int:
    with office.database.reading() as tx:
        return tx.exec_driver_sql("select count(*) from effects where sender='timer'").scalar_one()


def test_a_dead_letter_that_cannot_be_parked_is_kept_until_it_can(node, place):
    """With the broker's usual way of dead letters it would be gone."""
    there = place[1]
    pause = "dead_letter_worker_publisher_confirm_timeout"  # three minutes
    _control(node, "eval", f"application:set_env(rabbit, {pause}, 500).")
    there.admin._call("DELETE", f"queues/{there.name}/department.planning")
    there.set_up(DEPARTMENTS, retry_delays=DELAYS)  # the queue again, with the shorter pause
    there.admin._call("DELETE", f"queues/{there.name}/routing.parked")
    with office_channel(there, "routing") as channel:
        for number in range(4):
            properties = pika.BasicProperties(user_id="routing", message_id=str(number))
            channel.basic_publish("tasks", "planning", b"", properties, mandatory=True)
    with office_channel(there, "department.planning") as channel:
        for _ in range(4):
            method = next(channel.consume("department.planning"))[0]
            channel.basic_reject(method.delivery_tag, requeue=False)
        channel.cancel()
    there.set_up(DEPARTMENTS, retry_delays=DELAYS)
    with office_channel(there, "routing") as channel:
        parked = channel.consume("routing.parked", auto_ack=True, inactivity_timeout=60)
        arrived = [next(parked)[1] for _ in range(4)]
        channel.cancel()
    assert all(arrived)
    assert {it.message_id for it in arrived} == {"0", "1", "2", "3"}


@contextmanager
def office_channel(place: Vhost, user: str) -> Iterator[Any]:
    connection = pika.BlockingConnection(pika.URLParameters(place.uri(user)))
    try:
        channel = connection.channel()
        channel.confirm_delivery()
        yield channel
    finally:
        connection.close()


def _disk_limit(node: BrokerNode, limit: str) -> None:
    """How little free space on the disk makes the broker block its publishers."""
    _control(node, "set_disk_free_limit", limit)


def _control(node: BrokerNode, *arguments: str) -> None:
    subprocess.run(
        [SERVER.with_name("rabbitmqctl"), "-n", node.identity.name, *arguments],
        env=environment(node.identity, node.folder, os.environ),
        check=True,
        capture_output=True,
    )


def test_a_database_that_restarts_in_the_middle_of_batches_loses_nothing(
    vhost, postgres_of_its_own, tmp_path
):
    vhost.set_up(DEPARTMENTS, retry_delays=DELAYS)
    server = postgres_of_its_own
    office = Office(vhost.uri, tmp_path, database=server.create_database("office"))
    try:
        office.hand_in(*map(case, range(CASES)))
        process = office.start()
        until(lambda: bool(office.done()), "a first effect")
        server.kill()
        office.hand_in(*map(case, range(CASES, CASES + 50)))
        until(lambda: process.said("waits"), "a process that waits")
        server.start()
        office.database.engine.dispose()
        everything_once(office, CASES + 50)
        assert process.running
    finally:
        office.close()
