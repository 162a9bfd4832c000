"""What goes wrong on purpose: a forged result and a poisonous message, with real broker users."""

import uuid
from datetime import datetime

import pika

from shared.messages import TaskCompleted
from shared.messages.codec import encode
from shared.messages.registry import name_of

COMPLETED = name_of(TaskCompleted)


def forge(uri: str, *, forger: str, victim: str, case: str, assignment: str, at: datetime) -> None:
    """With the forger's own broker user, complete the task of another department."""
    body = encode(
        TaskCompleted(
            case=case,
            assignment=assignment,
            department=victim,
            at=at,
            outcome="approved",
            opinion="已盖章 / sealed",
            results={},
            officer="nobody",
        )
    )
    _publish(uri, forger, case, body)


def poison(uri: str, *, department: str, case: str) -> None:
    """Send what no reader can make sense of."""
    _publish(uri, department, case, b'{"case": "' + case.encode() + b'", "outcome": 42')


def _publish(uri: str, department: str, case: str, body: bytes) -> None:
    connection = pika.BlockingConnection(pika.URLParameters(uri))
    channel = connection.channel()
    channel.confirm_delivery()
    channel.basic_publish(
        "results",
        f"{department}.{COMPLETED}",
        body,
        pika.BasicProperties(
            content_type="application/json",
            delivery_mode=2,
            message_id=str(uuid.uuid4()),
            type=COMPLETED,
            correlation_id=case,
            user_id=f"department.{department}",
            headers={"schema-version": 1},
        ),
        mandatory=True,
    )
    connection.close()
