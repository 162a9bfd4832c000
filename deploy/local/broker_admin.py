"""A small client of RabbitMQ's management HTTP API: what a stack and its tests need of it."""

import base64
import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from deploy.local.broker_address import BrokerAddress
from shared.errors import OneWindowError, Unavailable

SECONDS = 30.0
LONGEST = 120.0
"""How long a new virtual host is waited for: each node of a cluster starts it."""
ATTEMPTS = 5
NOT_THERE = 404
BROKEN = 500


class BrokerRefused(OneWindowError):
    """The broker's management API refused a request; says which, and the broker's reason."""

    def __init__(self, text: str, *, status: int) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True, kw_only=True)
class QueueDepth:
    """How many messages a queue holds, as the broker last counted (some seconds old at most)."""

    name: str
    ready: int
    unacknowledged: int


@dataclass(frozen=True, kw_only=True)
class QueueMembers:
    """On which nodes a quorum queue has a member, and which of these take part now."""

    name: str
    members: tuple[str, ...]
    online: tuple[str, ...]


class BrokerAdmin:
    """An administrator of one broker. Every method raises Unavailable when the API does not answer,
    and BrokerRefused when it answers no."""

    def __init__(self, address: BrokerAddress) -> None:
        self.address = address
        token = base64.b64encode(f"{address.user}:{address.password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {token}", "Content-Type": "application/json"}
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def ready(self) -> bool:
        """Whether the broker answers and lets us administer it."""
        try:
            return "administrator" in self._call("GET", "whoami", seconds=2).get("tags", ())
        except (Unavailable, BrokerRefused):
            return False

    def overview(self) -> dict[str, Any]:
        """What the broker says about itself: versions, listeners, plugins."""
        answer: dict[str, Any] = self._call("GET", "overview")
        return answer

    def create_vhost(self, vhost: str) -> None:
        """Make a virtual host, in which the administrator may do everything."""
        self._insist("PUT", f"vhosts/{_part(vhost)}", {})
        self.permit(vhost, self.address.user)

    def delete_vhost(self, vhost: str) -> None:
        """Remove a virtual host and everything in it."""
        self._call("DELETE", f"vhosts/{_part(vhost)}")

    def vhosts(self) -> tuple[str, ...]:
        """The names of all virtual hosts."""
        return tuple(vhost["name"] for vhost in self._call("GET", "vhosts"))

    def create_user(
        self,
        user: str,
        *,
        password: str = "",
        password_hash: str = "",
        tags: Sequence[str] = (),
    ) -> None:
        """Make a user or change it; give either the password or RabbitMQ's hash of it."""
        secret = {"password_hash": password_hash} if password_hash else {"password": password}
        self._call("PUT", f"users/{_part(user)}", {**secret, "tags": ",".join(tags)})

    def delete_user(self, user: str) -> None:
        """Remove a user, if there is one."""
        self._remove(f"users/{_part(user)}")

    def users(self) -> tuple[str, ...]:
        """The names of all users."""
        return tuple(user["name"] for user in self._call("GET", "users"))

    def disconnect(self, user: str) -> int:
        """Close the connections of a user; returns how many there were."""
        names = [it["name"] for it in self._call("GET", "connections") if it.get("user") == user]
        for name in names:
            self._remove(f"connections/{_part(name)}")
        return len(names)

    def permit(
        self,
        vhost: str,
        user: str,
        *,
        configure: str = ".*",
        write: str = ".*",
        read: str = ".*",
    ) -> None:
        """Let a user configure, write and read what the patterns match in a virtual host."""
        patterns = {"configure": configure, "write": write, "read": read}
        self._call("PUT", f"permissions/{_part(vhost)}/{_part(user)}", patterns)

    def permit_topic(
        self, vhost: str, user: str, exchange: str, *, write: str = ".*", read: str = ".*"
    ) -> None:
        """Limit the routing keys that a user may use with a topic exchange."""
        patterns = {"exchange": exchange, "write": write, "read": read}
        self._call("PUT", f"topic-permissions/{_part(vhost)}/{_part(user)}", patterns)

    def import_definitions(self, definitions: Mapping[str, Any]) -> None:
        """Make everything that a document in RabbitMQ's definitions format names."""
        self._insist("POST", "definitions", definitions)

    def queues(self, vhost: str) -> tuple[QueueDepth, ...]:
        """Every queue of a virtual host with its depth, by name."""
        path = f"queues/{_part(vhost)}?disable_stats=true&enable_queue_totals=true"
        found = (
            QueueDepth(
                name=queue["name"],
                ready=queue.get("messages_ready", 0),
                unacknowledged=queue.get("messages_unacknowledged", 0),
            )
            for queue in self._call("GET", path)
        )
        return tuple(sorted(found, key=lambda queue: queue.name))

    def unbind(self, vhost: str, source: str, target: str, key: str, *, to: str) -> None:
        """Take a binding away, if it is there; `to` is `q` for a queue, `e` for an exchange."""
        place = f"{_part(vhost)}/e/{_part(source)}/{to}/{_part(target)}"
        self._remove(f"bindings/{place}/{_part(key)}")

    def delete_queue(self, vhost: str, queue: str) -> None:
        """Remove a queue and what it holds, if it is there."""
        self._remove(f"queues/{_part(vhost)}/{_part(queue)}")

    def members(self, vhost: str) -> tuple[QueueMembers, ...]:
        """Every quorum queue of a virtual host with its members."""
        return tuple(
            QueueMembers(
                name=queue["name"],
                members=tuple(queue["members"]),
                online=tuple(queue.get("online", ())),
            )
            for queue in self._call("GET", f"queues/{_part(vhost)}?disable_stats=true")
            if queue["type"] == "quorum"
        )

    def _remove(self, path: str) -> None:
        try:
            self._call("DELETE", path)
        except BrokerRefused as error:
            if error.status != NOT_THERE:
                raise

    def _insist(self, method: str, path: str, body: Any) -> None:
        """Have something made, of which a broker that is short of time makes a part and gives up
        (500): what is there already is no hindrance the next time."""
        for left in reversed(range(ATTEMPTS)):
            try:
                self._call(method, path, body, seconds=LONGEST)
            except BrokerRefused as refused:
                if refused.status != BROKEN or not left:
                    raise
                time.sleep(1.0)
            else:
                return

    def _call(self, method: str, path: str, body: Any = None, *, seconds: float = SECONDS) -> Any:
        data = None if body is None else json.dumps(body).encode()
        url = f"{self.address.api.rstrip('/')}/api/{path}"
        request = urllib.request.Request(url, data=data, method=method, headers=self._headers)  # noqa: S310
        try:
            with self._opener.open(request, timeout=seconds) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            with error:
                reason = _reason(error.read())
            raise BrokerRefused(
                f"The broker refused {method} {path.partition('?')[0]}"
                f" as {self.address.user}: {error.code} {reason}.",
                status=error.code,
            ) from error
        except (OSError, ValueError) as error:
            raise Unavailable(
                f"The broker's management API at {self.address.api} does not answer ({error}):"
                " enable the plugin rabbitmq_management there,"
                " or set ONEWINDOW_BROKER_API to its address."
            ) from error
        return json.loads(text) if text else None


def _part(name: str) -> str:
    return quote(name, safe="")


def _reason(body: bytes) -> str:
    try:
        return str(json.loads(body).get("reason", "")).strip().rstrip(".")
    except (ValueError, AttributeError):
        return body.decode(errors="replace").strip()[:200]
