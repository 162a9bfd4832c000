"""The envelope as JSON Schemas: AMQP properties, and the two headers of the project's own.

AsyncAPI keeps `headers` for application headers, so the properties stand in an extension field.
"""

from typing import Any

from shared.messages.registry import MessageType

SERVICE = {"unit": "department.<key>"}


def application_headers(entry: MessageType) -> dict[str, Any]:
    """What stands in the AMQP property `headers`."""
    return {
        "type": "object",
        "required": ["schema-version"],
        "properties": {
            "schema-version": {"type": "integer", "const": entry.version},
            "traceparent": {
                "type": "string",
                "description": "W3C trace context. All messages of a case belong to one trace.",
                "pattern": "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
            },
        },
    }


def amqp_properties(entry: MessageType) -> dict[str, Any]:
    """What stands in the other AMQP properties."""
    users = sorted(SERVICE.get(role, role) for role in entry.sent_by)
    text = {"type": "string"}
    return {
        "type": "object",
        "required": ["message_id", "type", "correlation_id", "timestamp", "user_id"],
        "properties": {
            "content_type": {"const": "application/json"},
            "delivery_mode": {"const": 2},
            "message_id": {**text, "maxLength": 64},
            "type": {"const": entry.name},
            "correlation_id": {**text, "description": "The case code, or `-` without a case."},
            "timestamp": {"type": "integer", "description": "Seconds since 1970, UTC."},
            "user_id": {**text, "description": f"The broker user: {' or '.join(users)}."},
            "app_id": text,
        },
    }
