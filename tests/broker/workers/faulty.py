"""A small worker that keeps the contract, but for the fault that FAULT names: `python faulty.py`.

Without a fault it passes every check, so that whatever is found is the fault.
"""

import json
import os
import signal
import sys
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pika
from pika import exceptions

FAULT = os.environ.get("FAULT", "")
DEPARTMENT = os.environ["ONEWINDOW_WORKER_DEPARTMENT"]
URI = os.environ["ONEWINDOW_WORKER_URI"]
JOURNAL = Path(os.environ["ONEWINDOW_WORKER_JOURNAL"])
KNOWN = {
    *("case", "assignment", "task", "title", "department", "item", "item_title", "region"),
    *("assigned_at", "applicant", "form", "materials", "opinions", "acceptance", "handling"),
    "to_fetch",
}
stopping = []


class Memory:
    """Answers by assignment and cause, and cancelled assignments, in a file."""

    def __init__(self):
        text = JOURNAL.read_text() if JOURNAL.exists() else ""
        self.lines = [json.loads(line) for line in text.splitlines()]

    def keep(self, *line):
        self.lines.append(list(line))
        with JOURNAL.open("a") as file:
            file.write(json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def answer(self, assignment, cause):
        if FAULT in ("new id for a repeat", "decides a repeat anew"):
            return None
        found = [it[3] for it in self.lines if it[:3] == ["answer", assignment, cause]]
        return found[0] if found else None

    def cancelled(self, assignment):
        return FAULT != "forgets cancellations" and ["cancelled", assignment] in self.lines


def read(method, properties, body):
    """The message; raises ValueError for what cannot be read."""
    if properties.user_id != "routing" and FAULT != "believes anybody":
        raise ValueError("sender")
    if properties.headers["schema-version"] != 1:
        raise ValueError("version")
    if properties.type not in ("task.assigned", "task.supplemented", "task.cancelled"):
        raise ValueError("type")
    plain = json.loads(body)
    if not isinstance(plain, dict) or not isinstance(plain.get("assignment"), str):
        raise ValueError("assignment")
    if FAULT == "refuses unknown fields" and not KNOWN.issuperset(plain):
        raise ValueError("unknown fields")
    if properties.type != "task.cancelled" and not isinstance(plain.get("form"), dict):
        raise ValueError("form")
    return plain


def decide(plain, cause, memory):
    """The answer as the fields of a message."""
    kind, fields = "task.completed", {"outcome": "approved", "opinion": "ok", "results": {}}
    if not plain.get("materials"):
        kind = "task.returned"
        fields = {"missing": [{"subject": "site-plan", "problem": "is missing"}]}
    elif FAULT == "rejects without a legal basis":
        fields = {"outcome": "rejected", "opinion": "no", "results": {}}
    elif FAULT == "wrong field":
        fields["outcome"] = "fine"
    elif FAULT == "missing field":
        del fields["results"]
    elif FAULT == "decides a repeat anew":
        fields["opinion"] = f"number {len(memory.lines)}"
    name = f"{plain['assignment']}/{kind}/{cause}"
    if FAULT in ("new id for a repeat", "decides a repeat anew"):
        name = str(uuid.uuid4())
    if FAULT == "one id for all":
        name = "always"
    return {"id": str(uuid.uuid5(uuid.NAMESPACE_URL, name)), "type": kind, "fields": fields}


def publish(channel, plain, answer, headers):
    """Send an answer, again and again until the broker has taken it."""
    now = datetime.now(UTC)
    department = "another-department" if FAULT == "another department's name" else DEPARTMENT
    case = "330100-2609-0000042-80" if FAULT == "another case" else plain["case"]
    body = {
        "case": case,
        "assignment": plain["assignment"],
        "department": department,
        "at": now.isoformat(),
        **answer["fields"],
    }
    user = "routing" if FAULT == "forged user" else unquote(urlsplit(URI).username)
    stamp = int(now.timestamp())
    properties = pika.BasicProperties(
        content_type="application/json",
        delivery_mode=1 if FAULT == "not persistent" else 2,
        message_id=None if FAULT == "no message id" else answer["id"],
        type=answer["type"],
        correlation_id=plain["case"],
        timestamp=stamp * 1000 if FAULT == "milliseconds" else stamp,
        user_id=user,
        headers={"schema-version": 1, "traceparent": headers["traceparent"]},
    )
    key = answer["type"] if FAULT == "wrong key" else f"{department}.{answer['type']}"
    if FAULT == "another department's key":
        key = f"another-department.{answer['type']}"
    mandatory = FAULT != "not mandatory"
    while True:
        try:
            channel.basic_publish("results", key, json.dumps(body).encode(), properties, mandatory)
            return
        except exceptions.UnroutableError:
            if FAULT == "drops what came back":
                return
            time.sleep(0.2)


def work(channel, memory, method, properties, body):
    """Handle one delivery."""
    tag = method.delivery_tag
    try:
        plain = read(method, properties, body)
    except (ValueError, KeyError):
        if FAULT == "dies of what it cannot read":
            raise
        if FAULT == "swallows what it cannot read":
            channel.basic_ack(tag)
        else:
            channel.basic_reject(tag, requeue=FAULT == "puts back what it cannot read")
        return
    if FAULT == "acknowledges first":
        channel.basic_ack(tag)
    if FAULT == "late":
        time.sleep(0.7)
    if FAULT != "silent":
        answer(channel, memory, plain, properties)
    if FAULT not in ("acknowledges first", "never acknowledges", "no_ack"):
        channel.basic_ack(tag)


def answer(channel, memory, plain, properties):
    assignment = plain["assignment"]
    if properties.type == "task.cancelled":
        memory.keep("cancelled", assignment)
    if properties.type == "task.cancelled" or memory.cancelled(assignment):
        return
    cause = properties.message_id if properties.type == "task.supplemented" else ""
    if properties.type == "task.supplemented" and FAULT == "ignores supplements":
        return
    found = memory.answer(assignment, cause)
    if found is None:
        found = decide(plain, cause, memory)
        if FAULT != "acknowledges first":
            memory.keep("answer", assignment, cause, found)
    publish(channel, plain, found, properties.headers)


def serve(memory):
    connection = pika.BlockingConnection(pika.URLParameters(URI))
    try:
        channel = connection.channel()
        if FAULT != "no confirms":
            channel.confirm_delivery()
        if FAULT == "declares its queue":
            channel.queue_declare(f"department.{DEPARTMENT}", durable=True)
        no_ack = FAULT == "no_ack"
        queue = f"department.{DEPARTMENT}"
        for delivery in channel.consume(queue, auto_ack=no_ack, inactivity_timeout=0.05):
            if delivery[0] is not None:
                work(channel, memory, *delivery)
            if stopping:
                return
    finally:
        if connection.is_open:
            connection.close()


def main():
    if FAULT != "knows no SIGTERM":
        signal.signal(signal.SIGTERM, lambda *_: stopping.append(True))
    memory, wait = Memory(), 0.1
    while not stopping:
        try:
            serve(memory)
        except exceptions.AMQPError as error:
            print(f"lost: {error!r}", file=sys.stderr)
            if FAULT == "ends with its connection":
                return 1
        time.sleep(0 if stopping else wait)
        wait = min(2 * wait, 5.0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
