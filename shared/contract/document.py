"""The AsyncAPI 3.0 document: channels, who sends and receives what, and the messages.

A channel stands for an exchange of the broker and its address for the routing key; one more stands
for the queue of a department's own worker.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from shared.contract.envelope import amqp_properties, application_headers
from shared.contract.schemas import description, name_of, schemas
from shared.delivery.topology import TOPICS, topology
from shared.errors import OneWindowError
from shared.messages.registry import MessageType, Role, all_types

EXAMPLES = Path("tests/contract/golden")
RULES = Path(__file__).with_name("department.md")
VERSION = "1"

ADDRESSES = {
    "cases": "{type}",
    "tasks": "{department}",
    "results": "{department}.{type}",
    "progress": "{type}",
    "directives": "{type}",
    "notices": "{service}.notice",
    "alerts": "alert.{rung}",
    "reviews": "{type}",
}
"""The routing key on each exchange; what stands in braces is the message's type or a field."""

QUEUE = "department-queue"
PARAMETERS = {
    "type": {
        "description": "The type of the message, as in the AMQP property `type`; a step of a case "
        "in which a message did not count has `.refused` behind it."
    },
    "department": {
        "description": "The key of the department.",
        "location": "$message.payload#/department",
    },
    "service": {
        "description": "The service that gives notice.",
        "location": "$message.payload#/service",
    },
    "rung": {"description": "The rung of the ladder.", "location": "$message.payload#/rung"},
}
AMQP = "0.3.0"


def document() -> dict[str, Any]:
    """The document as JSON values; raises OneWindowError where an example is missing."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "OneWindow messages",
            "version": VERSION,
            "description": RULES.read_text("utf-8"),
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {"broker": _server()},
        "channels": {**{name: _exchange(name) for name in TOPICS}, QUEUE: _queue()},
        "operations": dict(_operations()),
        "components": {
            "schemas": schemas(),
            "messages": {entry.name: _message(entry) for entry in all_types()},
            "securitySchemes": {
                "user": {
                    "type": "userPassword",
                    "description": "One broker user for each service and for each department.",
                }
            },
        },
    }


def types_on(exchange: str) -> list[MessageType]:
    """The message types of an exchange, by name."""
    return [entry for entry in all_types() if entry.exchange == exchange]


@cache
def readers() -> dict[str, frozenset[Role]]:
    """Who reads each exchange, as the topology binds their queues."""
    bindings = topology({"with-desk": True, "with-worker": False}).bindings
    return {
        name: frozenset(_role(it.target) for it in bindings if it.source == name) for name in TOPICS
    }


def _role(target: str) -> Role:
    return "unit" if target.startswith("department.with") else target.removesuffix(".in")


def _server() -> dict[str, Any]:
    return {
        "host": "{broker}",
        "pathname": "/{vhost}",
        "protocol": "amqp",
        "protocolVersion": "0-9-1",
        "description": "The broker of the installation; the operator gives address and password.",
        "variables": {
            "broker": {"description": "Host and port.", "default": "localhost:5672"},
            "vhost": {"description": "The virtual host.", "default": "onewindow"},
        },
        "security": [{"$ref": "#/components/securitySchemes/user"}],
    }


def _exchange(name: str) -> dict[str, Any]:
    exchange = {"name": name, "type": "topic", "durable": True, "autoDelete": False}
    return {
        **_channel(ADDRESSES[name], name),
        "bindings": {
            "amqp": {"is": "routingKey", "exchange": exchange, "bindingVersion": AMQP},
        },
    }


def _queue() -> dict[str, Any]:
    address = "department.{department}"
    queue = {"name": address, "durable": True, "exclusive": False, "autoDelete": False}
    return {
        **_channel(address, "tasks"),
        "description": "The queue of a department's own worker. It gets the tasks of its key.",
        "bindings": {"amqp": {"is": "queue", "queue": queue, "bindingVersion": AMQP}},
    }


def _channel(address: str, exchange: str) -> dict[str, Any]:
    used = {name: it for name, it in PARAMETERS.items() if f"{{{name}}}" in address}
    return {
        "address": address,
        "messages": {
            entry.name: {"$ref": f"#/components/messages/{entry.name}"}
            for entry in types_on(exchange)
        },
        "parameters": used,
    }


def _operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for exchange in TOPICS:
        types = types_on(exchange)
        for role in sorted({role for entry in types for role in entry.sent_by}):
            sent = [entry for entry in types if role in entry.sent_by]
            yield f"{role}.send.{exchange}", _send(role, exchange, sent)
        for role in sorted(readers()[exchange]):
            yield f"{role}.receive.{exchange}", _receive(role, exchange, types)


def _send(role: Role, exchange: str, types: list[MessageType]) -> dict[str, Any]:
    mandatory = all(entry.mandatory for entry in types)
    binding = {"deliveryMode": 2, "mandatory": mandatory, "timestamp": True, "bindingVersion": AMQP}
    return {
        "action": "send",
        "title": f"{_title(role)} sends to {exchange}",
        **_about(exchange, types),
        "bindings": {"amqp": binding},
    }


def _receive(role: Role, exchange: str, types: list[MessageType]) -> dict[str, Any]:
    return {
        "action": "receive",
        "title": f"{_title(role)} receives from {exchange}",
        **_about(QUEUE if role == "unit" else exchange, types),
        "bindings": {"amqp": {"ack": True, "bindingVersion": AMQP}},
    }


def _title(role: Role) -> str:
    return "a department's own worker" if role == "unit" else role


def _about(channel: str, types: list[MessageType]) -> dict[str, Any]:
    return {
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{entry.name}"} for entry in types],
    }


def _message(entry: MessageType) -> dict[str, Any]:
    text = description(entry.cls)
    correlated = "case" in entry.cls.__annotations__
    correlation = {"correlationId": {"location": "$message.payload#/case"}} if correlated else {}
    return {
        "name": entry.name,
        "title": entry.cls.__name__,
        "summary": text.partition("\n\n")[0],
        "description": text,
        "contentType": "application/json",
        "headers": application_headers(entry),
        "payload": {"$ref": f"#/components/schemas/{name_of(entry.cls)}"},
        **correlation,
        "bindings": {"amqp": {"messageType": entry.name, "bindingVersion": AMQP}},
        "examples": [{"name": entry.name, "payload": _example(entry)}],
        "x-amqp-properties": amqp_properties(entry),
        "x-sent-by": sorted(entry.sent_by),
        "x-schema-version": entry.version,
    }


def _example(entry: MessageType) -> Any:
    path = EXAMPLES / f"{entry.name}.v{entry.version}.json"
    if not path.exists():
        raise OneWindowError(f"{path} is missing; it is the example of {entry.name}")
    return json.loads(path.read_text("utf-8"))
