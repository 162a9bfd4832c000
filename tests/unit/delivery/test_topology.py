"""The topology as values: all queues are bound, all patterns match what is meant and no more."""

import re

import pytest

from shared.delivery.topology import definitions, password_hash, retry_key, topology
from shared.errors import Invalid
from shared.messages.registry import all_types

DEPARTMENTS = {"planning": False, "fire-rescue": False, "water": True, "archives": True}
WANTED = topology(DEPARTMENTS, partitions=3, retry_delays=(0.5, 2))


def test_every_queue_can_be_reached_and_every_binding_has_both_ends():
    exchanges = {it.name for it in WANTED.exchanges}
    queues = {it.name for it in WANTED.queues}
    bound = {it.target for it in WANTED.bindings if not it.to_exchange}
    assert queues == bound
    for binding in WANTED.bindings:
        assert binding.source in exchanges
        assert binding.target in (exchanges if binding.to_exchange else queues)


def test_every_dead_letter_has_a_way_on():
    exchanges = {it.name for it in WANTED.exchanges}
    keys = {(it.source, it.key) for it in WANTED.bindings}
    for queue in WANTED.queues:
        target = queue.arguments.get("x-dead-letter-exchange")
        if queue.name.endswith(".parked"):
            assert target is None
            continue
        assert target in exchanges
        if target == "parked":
            assert ("parked", queue.arguments["x-dead-letter-routing-key"]) in keys
        assert queue.arguments["x-dead-letter-strategy"] == "at-least-once"
        assert queue.arguments["x-overflow"] == "reject-publish"


def test_every_delay_has_a_queue_that_holds_for_so_long():
    held = {it.name: it.arguments["x-message-ttl"] for it in WANTED.queues if ".retry." in it.name}
    assert held["routing.retry.500"] == 500
    assert held["intake.retry.2000"] == 2_000
    assert len(held) == 2 * 4
    assert [retry_key(it) for it in (0.05, 1, 1_800)] == ["50", "1000", "1800000"]


def test_every_type_is_sent_by_somebody_who_may_write_to_its_exchange():
    users = {user.name: user for user in WANTED.users}
    for entry in all_types():
        for role in entry.sent_by:
            name = "department.planning" if role == "unit" else role
            assert re.search(users[name].write, entry.exchange), (role, entry.name)


@pytest.mark.parametrize(
    ("user", "key", "allowed"),
    [
        ("department.fire-rescue", "fire-rescue.task.completed", True),
        ("department.fire-rescue", "fire-rescue.task.assigned", False),
        ("department.fire-rescue", "xfire-rescue.task.completed", False),
        ("department.fire-rescue", "fire-rescue.task.completedx", False),
        ("department.fire-rescue", "fire-rescueXtaskXcompleted", False),
        ("department.fire-rescue", "planning.task.completed", False),
        ("department", "water.task.completed", True),
        ("department", "archives.task.returned", True),
        ("department", "planning.task.completed", False),
        ("department", ".task.completed", False),
    ],
)
def test_a_result_has_the_key_of_its_department(user, key, allowed):
    (pattern,) = (it.topics["results"] for it in WANTED.users if it.name == user)
    assert bool(re.search(pattern, key)) == allowed


def test_without_a_desk_the_department_service_sends_no_results():
    (user,) = (it for it in topology({"planning": False}).users if it.name == "department")
    keys = ("planning.task.completed", ".task.completed", "")
    assert not any(re.search(user.topics["results"], key) for key in keys)


def test_users_read_their_own_queues_only():
    for user in WANTED.users:
        read = {it.name for it in WANTED.queues if re.search(user.read, it.name)}
        if user.name.startswith("department."):
            assert read == {user.name}
        else:
            own = {f"{user.name}.{index}" for index in (0, 1, 2, "parked")}
            assert read == own


@pytest.mark.parametrize("key", ["parked", "in", "retry", "0", "Planning", "a.b", "", "a|b", "-a"])
def test_a_department_cannot_have_the_name_of_something_else(key):
    with pytest.raises(Invalid, match="department"):
        topology({key: False})


def test_definitions_hold_everything_and_no_password():
    passwords = {user.name: f"secret-{user.name}" for user in WANTED.users}
    document = definitions(WANTED, "place", passwords)
    assert "secret" not in str(document)
    assert {it["vhost"] for it in document["queues"]} == {"place"}
    assert {it["configure"] for it in document["permissions"]} == {"^$"}
    assert len(document["users"]) == len(WANTED.users)
    assert password_hash("a") != password_hash("a")
