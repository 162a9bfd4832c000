"""An operator at the command line of a town, and departments with connections of their own."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel
from typer.testing import CliRunner

from deploy.cli import app
from shared.errors import OneWindowError
from shared.messages.codec import encode
from shared.messages.registry import name_of
from tests.journey.town import Town
from tests.waiting import eventually


class Operator:
    """Calls `./onewindow` for the stack of a town."""

    def __init__(self, town: Town, home: Path, environment: pytest.MonkeyPatch) -> None:
        home.mkdir()
        (home / "stack").symlink_to(town.stack.folder)
        environment.setenv("ONEWINDOW_HOME", str(home))
        town.stack._write(ready=True)

    def says(self, *arguments: str) -> str:
        """What a command prints; raises what it refuses with."""
        done = CliRunner().invoke(app, arguments)
        if isinstance(done.exception, OneWindowError):
            raise done.exception
        assert done.exit_code == 0, (done.output, done.exception)
        return done.stdout.strip()

    def listed(self, department: str) -> dict[str, Any]:
        """A department as `department list --json` shows it."""
        return self.everybody()[department]

    def everybody(self) -> dict[str, dict[str, Any]]:
        """Every department as `department list --json` shows it."""
        found: dict[str, dict[str, Any]] = json.loads(self.says("department", "list", "--json"))
        return found


class Unit:
    """A department that speaks AMQP by itself, with its own broker user."""

    def __init__(self, uri: str, department: str) -> None:
        self.uri, self.department = uri, department
        self.user = f"department.{department}"
        self.connection = pika.BlockingConnection(pika.URLParameters(uri))

    @contextmanager
    def channel(self) -> Iterator[BlockingChannel]:
        """A channel of its own: the broker closes one on which something is refused."""
        channel = self.connection.channel()
        channel.confirm_delivery()
        yield channel
        if channel.is_open:
            channel.close()

    def take(self) -> dict[str, Any]:
        """The next message of its queue, acknowledged."""
        return eventually(self._take, f"{self.user} has a message")

    def _take(self) -> dict[str, Any]:
        with self.channel() as channel:
            method, _properties, body = channel.basic_get(self.user, auto_ack=True)
        found: dict[str, Any] = json.loads(body) if method else {}
        return found

    def say(self, message: Any, *, message_id: str = "") -> str:
        """Send a result, as the contract wants it; returns the id of the message."""
        kind, message_id = name_of(type(message)), message_id or str(uuid.uuid4())
        properties = pika.BasicProperties(
            content_type="application/json",
            delivery_mode=2,
            message_id=message_id,
            type=kind,
            correlation_id=message.case,
            user_id=self.user,
            headers={"schema-version": 1},
        )
        with self.channel() as channel:
            key = f"{self.department}.{kind}"
            channel.basic_publish("results", key, encode(message), properties, mandatory=True)
        return message_id

    def answer(self, assignment: dict[str, Any], at: datetime, **changes: Any) -> Any:
        """An approval of a task that it was assigned."""
        from shared.messages import TaskCompleted  # noqa: PLC0415

        given = {
            "case": assignment["case"],
            "assignment": assignment["assignment"],
            "department": self.department,
            "at": at,
            "outcome": "approved",
            "opinion": "符合要求",
            "results": {},
            "officer": "经办人",
            **changes,
        }
        return TaskCompleted(**given)

    def close(self) -> None:
        """Hang up."""
        if self.connection.is_open:
            self.connection.close()
