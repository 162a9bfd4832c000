"""What routing says, taken in as the service does it, without a broker."""

import uuid
from datetime import UTC, datetime

import sqlalchemy as sa

from services.department import handlers
from services.department.systems import noting
from shared.delivery.envelope import Envelope, Sender
from shared.delivery.tables import outbox
from shared.delivery.wire import Wire
from shared.delivery.work import Work
from shared.messages.codec import decode
from tests.unit.department.samples import NOW


def say(database, *messages, departments, now=None):
    envelopes = [
        Envelope(
            message_id=str(uuid.uuid4()),
            type="",
            version=1,
            sender=Sender(role="routing"),
            sent_at=NOW,
            traceparent="",
            message=message,
        )
        for message in messages
    ]
    with database.transaction() as tx:
        work = Work(tx, NOW, "department")
        handlers.follow(work, envelopes)
        noting.note(work, envelopes, departments, now or datetime.now(UTC))


def answers_about(database, assignment):
    """What routing was answered about a task; about each, by assignment, for None."""
    with database.reading() as tx:
        rows = tx.execute(sa.select(outbox.c.messages).order_by(outbox.c.id)).scalars().all()
    wires = [Wire.from_plain(plain) for row in rows for plain in row]
    messages = [decode(wire.type, wire.version, wire.body) for wire in wires]
    if assignment is not None:
        return [it for it in messages if it.assignment == assignment]
    found = {}
    for it in messages:
        found.setdefault(it.assignment, []).append(it)
    return found


def task_of(database, assignment, department):
    with database.reading() as tx:
        return handlers.show(tx, department, assignment)
