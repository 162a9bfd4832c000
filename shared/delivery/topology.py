"""Everything that exists in the broker, in one place: exchanges, queues, bindings, users.

Applied as a definitions document by an administrator, before any service starts. Services and
departments may configure nothing.
"""

import base64
import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.errors import Fault, Invalid

SERVICES = ("intake", "routing", "department", "supervision")
RETRY_DELAYS = (1, 5, 30, 300, 1_800)
"""How long a failing message is held before each further try, in seconds."""

DELIVERY_LIMIT = 100
"""How often the broker delivers a message that its reader dies of, before it is parked."""

RESULTS = "accepted|noted|completed|returned|declined|suspended|resumed|extension-requested"

READS = {
    "intake": ("progress",),
    "routing": ("cases", "results", "directives"),
    "department": ("progress",),
    "supervision": ("progress", "notices", "reviews"),
}
ONLY = {("progress", "department"): ("*.*.refused", "item.published")}
"""Of an exchange that a service reads for a few messages: under which routing keys they come."""

WRITES = {
    "intake": ("cases", "notices", "reviews"),
    "routing": ("tasks", "progress", "notices"),
    "department": ("results", "notices"),
    "supervision": ("directives", "alerts", "notices"),
}
TOPICS = (
    "cases",
    "tasks",
    "results",
    "progress",
    "directives",
    "notices",
    "alerts",
    "reviews",
)

DEPARTMENT_KEY = re.compile(r"[a-z][a-z0-9-]{0,63}")
TAKEN = ("in", "retry", "parked")
"""What stands behind the dot in the names of the department service's own queues."""

NOTHING = "^(?!)"
"""A pattern that matches no routing key, not even the empty one."""


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """An exchange; all are durable."""

    name: str
    kind: str = "topic"
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Queue:
    """A durable quorum queue."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Binding:
    """From an exchange to a queue or, where `to_exchange`, to another exchange."""

    source: str
    target: str
    key: str
    to_exchange: bool = False


@dataclass(frozen=True, kw_only=True)
class User:
    """A broker user: patterns of what it may write and read, and routing keys for exchanges."""

    name: str
    write: str
    read: str
    topics: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Topology:
    """All of it, as values."""

    exchanges: tuple[Exchange, ...]
    queues: tuple[Queue, ...]
    bindings: tuple[Binding, ...]
    users: tuple[User, ...]


def department_user(department: str) -> str:
    """The broker user, and the queue, of a department's own worker."""
    return f"department.{department}"


def topology(
    departments: Mapping[str, bool],
    *,
    partitions: int = 1,
    retry_delays: Sequence[float] = RETRY_DELAYS,
) -> Topology:
    """What must exist for these departments; the value says whether the desk keeps its tasks.

    Raises Invalid for a key that cannot be one, for its queue would be another's.
    """
    for key in departments:
        if not DEPARTMENT_KEY.fullmatch(key) or key in TAKEN:
            raise Invalid(Fault("department", f"{key!r} cannot be a department's key"))
    parts = [_service(name, partitions, retry_delays) for name in SERVICES]
    parts += [_desk(name) if desk else _unit(name) for name, desk in sorted(departments.items())]
    desks = sorted(name for name, desk in departments.items() if desk)
    return Topology(
        exchanges=(
            *(Exchange(name=name) for name in TOPICS),
            Exchange(name="parked", kind="direct"),
            *(exchange for part in parts for exchange in part.exchanges),
        ),
        queues=tuple(queue for part in parts for queue in part.queues),
        bindings=tuple(binding for part in parts for binding in part.bindings),
        users=(
            *(_service_user(name, desks) for name in SERVICES),
            *(user for part in parts for user in part.users),
        ),
    )


def retry_key(delay: float) -> str:
    """The routing key of a delay on a service's retry exchange: milliseconds."""
    return str(int(delay * 1000))


def _safe(dead_letter_exchange: str, dead_letter_key: str | None) -> dict[str, Any]:
    """Dead letters arrive at least once too; the broker asks for reject-publish with that."""
    key = {} if dead_letter_key is None else {"x-dead-letter-routing-key": dead_letter_key}
    return {
        "x-queue-type": "quorum",
        "x-dead-letter-exchange": dead_letter_exchange,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
        **key,
    }


def _service(name: str, partitions: int, delays: Sequence[float]) -> Topology:
    inbound, retry = f"{name}.in", f"{name}.retry"
    single = {"x-single-active-consumer": True, "x-delivery-limit": DELIVERY_LIMIT}
    queues = [
        Queue(name=f"{name}.{index}", arguments={**_safe("parked", name), **single})
        for index in range(partitions)
    ]
    held = [
        Queue(
            name=f"{retry}.{retry_key(delay)}",
            arguments={**_safe(inbound, None), "x-message-ttl": int(delay * 1000)},
        )
        for delay in delays
    ]
    # Without a single active consumer: by its consumers processes count each other (sharing.py).
    parked = Queue(name=f"{name}.parked", arguments={"x-queue-type": "quorum"})
    return Topology(
        exchanges=(
            Exchange(
                name=inbound,
                kind="x-consistent-hash",
                arguments={"hash-property": "correlation_id"},
            ),
            Exchange(name=retry, kind="direct"),
        ),
        queues=(*queues, *held, parked),
        bindings=(
            *(Binding(source=inbound, target=queue.name, key="1") for queue in queues),
            *(
                Binding(source=it, target=inbound, key=key, to_exchange=True)
                for it in READS[name]
                for key in ONLY.get((it, name), ("#",))
            ),
            *(
                Binding(source=retry, target=queue.name, key=queue.name.rpartition(".")[2])
                for queue in held
            ),
            Binding(source=retry, target=inbound, key="now", to_exchange=True),
            Binding(source="parked", target=parked.name, key=name),
        ),
        users=(),
    )


def _service_user(name: str, desks: Sequence[str]) -> User:
    exchanges = "|".join((*WRITES[name], rf"{name}\.retry"))
    topics = {"notices": rf"^{name}\.notice$"}
    if name == "department":
        topics["results"] = rf"^({'|'.join(desks)})\.task\.({RESULTS})$" if desks else NOTHING
    return User(
        name=name,
        write=f"^({exchanges})$",
        read=rf"^{name}\.([0-9]+|parked)$",
        topics=topics,
    )


def _unit(department: str) -> Topology:
    name = department_user(department)
    arguments = {**_safe("parked", "routing"), "x-delivery-limit": DELIVERY_LIMIT}
    pattern = name.replace(".", r"\.")
    user = User(
        name=name,
        write="^results$",
        read=f"^{pattern}$",
        topics={"results": rf"^{department}\.task\.({RESULTS})$"},
    )
    return Topology(
        exchanges=(),
        queues=(Queue(name=name, arguments=arguments),),
        bindings=(Binding(source="tasks", target=name, key=department),),
        users=(user,),
    )


def _desk(department: str) -> Topology:
    binding = Binding(source="tasks", target="department.in", key=department, to_exchange=True)
    return Topology(exchanges=(), queues=(), bindings=(binding,), users=())


def definitions(wanted: Topology, vhost: str, passwords: Mapping[str, str]) -> dict[str, Any]:
    """The topology in RabbitMQ's definitions format.

    `passwords` are plain and by user name; only salted hashes go into the document.
    """
    return {
        "vhosts": [{"name": vhost}],
        "users": [
            {
                "name": user.name,
                "password_hash": password_hash(passwords[user.name]),
                "hashing_algorithm": "rabbit_password_hashing_sha256",
                "tags": "",
            }
            for user in wanted.users
        ],
        "permissions": [
            {
                "user": user.name,
                "vhost": vhost,
                "configure": "^$",
                "write": user.write,
                "read": user.read,
            }
            for user in wanted.users
        ],
        "topic_permissions": [
            {
                "user": user.name,
                "vhost": vhost,
                "exchange": exchange,
                "write": pattern,
                "read": "^$",
            }
            for user in wanted.users
            for exchange, pattern in user.topics.items()
        ],
        "exchanges": [
            {
                "name": exchange.name,
                "vhost": vhost,
                "type": exchange.kind,
                "durable": True,
                "auto_delete": False,
                "internal": False,
                "arguments": dict(exchange.arguments),
            }
            for exchange in wanted.exchanges
        ],
        "queues": [
            {
                "name": queue.name,
                "vhost": vhost,
                "durable": True,
                "auto_delete": False,
                "arguments": dict(queue.arguments),
            }
            for queue in wanted.queues
        ],
        "bindings": [
            {
                "source": binding.source,
                "vhost": vhost,
                "destination": binding.target,
                "destination_type": "exchange" if binding.to_exchange else "queue",
                "routing_key": binding.key,
                "arguments": {},
            }
            for binding in wanted.bindings
        ],
    }


def password_hash(password: str) -> str:
    """RabbitMQ's salted SHA-256: base64 of four bytes of salt and the digest of salt + password."""
    salt = os.urandom(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()
