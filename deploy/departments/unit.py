"""What the broker has for one department's sake: made, taken away, given another password.

A department with a worker has a user, a queue, its binding and permissions. One that works at the
desk has a binding to the department service, which may speak in its name.
"""

from collections.abc import Mapping
from dataclasses import replace

from deploy.departments.draining import park_all
from deploy.local.broker_admin import BrokerAdmin
from deploy.local.hashed import read_hashed, with_hashes
from shared.delivery.topology import Topology, definitions, department_user, topology

SERVICE = "department"
"""The service that keeps the tasks of desks, its broker user, and the beginning of its exchange."""


def part_of(wanted: Topology, department: str) -> Topology:
    """Of a whole topology what is there for one department alone."""
    name = department_user(department)
    return replace(
        wanted,
        exchanges=(),
        queues=tuple(it for it in wanted.queues if it.name == name),
        bindings=tuple(
            it for it in wanted.bindings if (it.source, it.key) == ("tasks", department)
        ),
        users=tuple(it for it in wanted.users if it.name == name),
    )


def join(
    admin: BrokerAdmin, vhost: str, departments: Mapping[str, bool], department: str, kept: str
) -> None:
    """Make what a department needs; `departments` are those that there are then, each with whether
    the desk keeps its tasks. `kept` is the hash of its password (deploy.local.hashed)."""
    wanted = topology(departments)
    own = part_of(wanted, department)
    secrets = {user.name: kept for user in own.users}
    admin.import_definitions(with_hashes(definitions(own, vhost, secrets), secrets))
    if departments[department]:
        _let_the_desk_speak(admin, vhost, wanted)


def leave(
    admin: BrokerAdmin, vhost: str, departments: Mapping[str, bool], department: str, *, desk: bool
) -> int:
    """Take away what a department had; `departments` are those that are left.

    Nothing comes to it any more first, then its user goes, then what its queue still holds is
    parked with routing; returns how many messages that were. May be repeated. Raises Unavailable.
    """
    if desk:
        admin.unbind(vhost, "tasks", f"{SERVICE}.in", department, to="e")
        _let_the_desk_speak(admin, vhost, topology(departments))
        return 0
    name = department_user(department)
    admin.unbind(vhost, "tasks", name, department, to="q")
    admin.delete_user(name)
    admin.disconnect(name)
    parked = park_all(admin.address.uri(vhost=vhost), name, why="the department was removed")
    admin.delete_queue(vhost, name)
    return parked


def give_password(admin: BrokerAdmin, department: str, kept: str) -> None:
    """Let the next connection of a department's worker need another password.

    Connections that are open stay: the broker asks for the password once, at their beginning.
    """
    found = read_hashed(kept)
    assert found is not None, "only a hash is handed on"
    admin.create_user(department_user(department), password_hash=found.digest)


def _let_the_desk_speak(admin: BrokerAdmin, vhost: str, wanted: Topology) -> None:
    user = next(it for it in wanted.users if it.name == SERVICE)
    for exchange, pattern in user.topics.items():
        admin.permit_topic(vhost, user.name, exchange, write=pattern, read="^$")
