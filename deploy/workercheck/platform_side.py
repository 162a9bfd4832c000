"""The platform's side of a broker: a virtual host with a department, and routing's voice."""

import contextlib
import json
import secrets
import threading
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pika

from deploy.local.broker_node import BrokerNode
from deploy.local.broker_setup import set_up
from deploy.local.passwords import Passwords
from deploy.workercheck.record import Sent
from shared.delivery.topology import department_user
from shared.delivery.wire import traceparent

STRANGER = "another-department"
"""A department that the worker is not; it is there, so that its name could be misused."""

RESULTS, ROUTING = "results", "routing.in"
SECONDS = 30.0
PASSWORDS = "passwords"
"""Of the broker's users, in the node's folder: they are the same in all its virtual hosts."""

_ONE_AT_A_TIME = threading.Lock()
"""Users belong to the whole broker: two that make the same ones at once trip over each other."""


class PlatformSide:
    """Everything that a department meets, in a virtual host of its own."""

    def __init__(self, node: BrokerNode, department: str) -> None:
        self.node = node
        self.department = department
        self.vhost = f"check-{secrets.token_hex(4)}"
        self._passwords = Passwords(node.folder / PASSWORDS)
        both = {department: False, STRANGER: False}
        with _ONE_AT_A_TIME:
            set_up(node.admin, self.vhost, self._passwords, departments=both, retry_delays=())

    def worker_uri(self, port: int) -> str:
        """The worker's address, by way of a port."""
        user = department_user(self.department)
        whole = self.node.address.uri(user, self._passwords.of(user), vhost=self.vhost)
        return whole.replace(f":{self.node.address.port}/", f":{port}/")

    def send(
        self,
        body: Mapping[str, Any] | bytes,
        now: datetime,
        *,
        kind: str = "task.assigned",
        message_id: str,
        sender: str = "routing",
        version: int = 1,
        headers: Mapping[str, Any] | None = None,
    ) -> Sent:
        """Publish a message to the department, as routing unless another sender is named."""
        plain = {} if isinstance(body, bytes) else body
        case = str(plain.get("case") or "-")
        trace = traceparent(case)
        properties = pika.BasicProperties(
            content_type="application/json",
            delivery_mode=2,
            message_id=message_id,
            type=kind,
            correlation_id=case,
            timestamp=int(now.timestamp()),
            user_id=sender,
            app_id="onewindow worker check",
            headers={"schema-version": version, "traceparent": trace, **(headers or {})},
        )
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        self._publish(sender, raw, properties)
        return Sent(
            message_id=message_id,
            type=kind,
            case=case,
            assignment=str(plain.get("assignment") or ""),
            trace=trace.split("-")[1],
            at=time.monotonic(),
        )

    def _publish(self, sender: str, raw: bytes, properties: pika.BasicProperties) -> None:
        routing = sender == "routing"
        with self._channel("routing" if routing else None) as channel:
            channel.confirm_delivery()
            channel.basic_publish("tasks", self.department, raw, properties, mandatory=True)

    @contextlib.contextmanager
    def nobody_receives(self) -> Any:
        """Results reach no queue meanwhile, so that the broker returns them."""
        with self._channel(None) as channel:
            channel.exchange_unbind(ROUTING, RESULTS, "#")
        try:
            yield
        finally:
            with self._channel(None) as channel:
                channel.exchange_bind(ROUTING, RESULTS, "#")

    @contextlib.contextmanager
    def _channel(self, user: str | None) -> Any:
        """A channel as a broker user; the administrator, who may everything, for None."""
        password = None if user is None else self._passwords.of(user)
        uri = self.node.address.uri(user, password, vhost=self.vhost)
        connection = _connected(uri)
        try:
            yield connection.channel()
        finally:
            connection.close()

    def close(self) -> None:
        """Remove the virtual host."""
        self.node.admin.delete_vhost(self.vhost)


def _connected(uri: str) -> pika.BlockingConnection:
    """A broker that has just been started may refuse for some moments."""
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            return pika.BlockingConnection(pika.URLParameters(uri))
        except pika.exceptions.AMQPError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
