"""The topology in a real broker, and every broker user tried by an attacker."""

from dataclasses import replace
from urllib.parse import quote

import pika
import pytest
from pika.exceptions import ChannelClosedByBroker, ConnectionClosedByBroker

from deploy.local.broker_admin import BrokerAdmin, BrokerRefused
from shared.delivery.topology import topology
from tests.broker.delivery_office import DELAYS, DEPARTMENTS

WANTED = topology(DEPARTMENTS, partitions=2, retry_delays=DELAYS)
USERS = {user.name: user for user in WANTED.users}
QUEUES = [queue.name for queue in WANTED.queues]
EXCHANGES = [exchange.name for exchange in WANTED.exchanges]

READS = {
    **{
        name: {f"{name}.0", f"{name}.1", f"{name}.parked"}
        for name in ("intake", "routing", "department", "supervision")
    },
    "department.planning": {"department.planning"},
    "department.tax": {"department.tax"},
}
STEPS = ("accepted", "completed", "returned", "declined", "suspended", "resumed")
WRITES = {
    "intake": {
        ("cases", "case.accepted"),
        ("notices", "intake.notice"),
        ("reviews", "case.received"),
    },
    "routing": {("tasks", "planning"), ("progress", "item"), ("notices", "routing.notice")},
    "department": {("results", f"water.task.{it}") for it in STEPS}
    | {("notices", "department.notice")},
    "supervision": {
        ("directives", "task.act-on-silence"),
        ("alerts", "alert.red"),
        ("notices", "supervision.notice"),
    },
    "department.planning": {("results", f"planning.task.{it}") for it in STEPS},
    "department.tax": {("results", f"tax.task.{it}") for it in STEPS},
}
KEYS = {
    "cases": ["case.accepted"],
    "tasks": ["planning"],
    "progress": ["item"],
    "directives": ["task.act-on-silence"],
    "alerts": ["alert.red"],
    "reviews": ["case.received"],
    "notices": [f"{name}.notice" for name in READS] + ["notice", "intake.notice.more"],
    "results": [
        *(f"{department}.task.{step}" for department in DEPARTMENTS for step in STEPS),
        "planning.task.assigned",
        "planning.task.completed.more",
        "more.planning.task.completed",
        "planningXtask.completed",
        "task.completed",
        "",
    ],
}


@pytest.fixture
def place(vhost):
    vhost.set_up(DEPARTMENTS, partitions=2, retry_delays=DELAYS)
    return vhost


@pytest.fixture
def attacker(place):
    """Runs something on a channel of its own for a user; whether the broker let him."""
    connections: dict[str, pika.BlockingConnection] = {}

    def may(user: str, deed) -> bool:
        if user not in connections or connections[user].is_closed:
            connections[user] = pika.BlockingConnection(pika.URLParameters(place.uri(user)))
        channel = connections[user].channel()
        try:
            deed(channel)
            channel.close()
        except ChannelClosedByBroker as error:
            assert error.reply_code == 403, error
            return False
        return True

    yield may
    for connection in connections.values():
        if connection.is_open:
            connection.close()


@pytest.mark.parametrize("user", USERS)
def test_a_user_reads_its_own_queues_and_no_others(attacker, user):
    def read(queue):
        return lambda channel: channel.basic_consume(queue, lambda *_: None)

    assert {queue for queue in QUEUES if attacker(user, read(queue))} == READS[user]


@pytest.mark.parametrize("user", USERS)
def test_a_user_writes_its_own_messages_and_no_others(attacker, user):
    def write(exchange, key):
        def deed(channel):
            channel.confirm_delivery()
            properties = pika.BasicProperties(user_id=user)
            channel.basic_publish(exchange, key, b"", properties)

        return deed

    tried = {(exchange, key) for exchange, keys in KEYS.items() for key in keys}
    assert {it for it in tried if attacker(user, write(*it))} == WRITES[user]
    inner = {(it, "now") for it in EXCHANGES if it not in KEYS} | {("", it) for it in QUEUES}
    service = {(f"{user}.retry", "now")} if user in ("intake", "routing", "supervision") else set()
    service |= {("department.retry", "now")} if user == "department" else set()
    assert {it for it in inner if attacker(user, write(*it))} == service


@pytest.mark.parametrize("user", USERS)
def test_a_user_changes_nothing_in_the_broker(attacker, user):
    own = sorted(READS[user])[0]
    deeds = {
        "declare a queue": lambda channel: channel.queue_declare("mine"),
        "declare a queue without a name": lambda channel: channel.queue_declare(""),
        "declare an exchange": lambda channel: channel.exchange_declare("mine", "topic"),
        "delete its queue": lambda channel: channel.queue_delete(own),
        "delete an exchange": lambda channel: channel.exchange_delete("results"),
        "bind its queue": lambda channel: channel.queue_bind(own, "results", "#"),
        "bind its queue to tasks": lambda channel: channel.queue_bind(own, "tasks", "#"),
        "unbind its queue": lambda channel: channel.queue_unbind(own, "tasks", own),
        "bind an exchange": lambda channel: channel.exchange_bind("results", "cases", "#"),
        "empty another's queue": lambda channel: channel.queue_purge("supervision.0"),
        "look into another's queue": lambda channel: channel.basic_get("supervision.parked"),
    }
    allowed = {what for what, deed in deeds.items() if attacker(user, deed)}
    own_deeds = {"empty another's queue", "look into another's queue"}
    assert allowed == (own_deeds if user == "supervision" else set())


def test_a_user_cannot_say_that_it_is_another(place):
    connection = pika.BlockingConnection(pika.URLParameters(place.uri("department.tax")))
    channel = connection.channel()
    channel.confirm_delivery()
    claimed = pika.BasicProperties(user_id="department.planning")
    with pytest.raises(ChannelClosedByBroker) as refused:
        channel.basic_publish("results", "tax.task.completed", b"", claimed)
    assert refused.value.reply_code == 406
    assert "user_id" in refused.value.reply_text
    connection.close()


def test_no_user_gets_into_the_management_of_the_broker(place):
    for user in USERS:
        own = replace(place.address, user=user, password=place.passwords.of(user))
        for deed in (BrokerAdmin.overview, BrokerAdmin.users, BrokerAdmin.vhosts):
            with pytest.raises(BrokerRefused, match="401 Not management user"):
                deed(BrokerAdmin(own))


def test_a_user_of_one_place_does_not_get_into_another(place, broker):
    broker.create_vhost(f"{place.name}-other")
    try:
        uri = place.uri("routing").replace(quote(place.name), quote(f"{place.name}-other"))
        with pytest.raises((ConnectionClosedByBroker, pika.exceptions.ProbableAccessDeniedError)):
            pika.BlockingConnection(pika.URLParameters(uri))
    finally:
        broker.delete_vhost(f"{place.name}-other")


def test_every_queue_is_what_was_asked_for(place):
    path = f"queues/{quote(place.name, safe='')}"
    there = {it["name"]: it for it in place.admin._call("GET", path)}
    assert set(there) == set(QUEUES)
    for queue in WANTED.queues:
        assert there[queue.name]["type"] == "quorum"
        assert there[queue.name]["durable"]
        assert there[queue.name]["arguments"] == dict(queue.arguments)
