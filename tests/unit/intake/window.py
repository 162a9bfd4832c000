"""What the tests of intake say to it, and see of it, beside its HTTP."""

import uuid
from dataclasses import replace
from datetime import timedelta

import requests
import sqlalchemy as sa

from services.intake import handlers, store
from shared.delivery.envelope import Envelope, Sender
from shared.delivery.tables import outbox
from shared.delivery.wire import Wire
from shared.delivery.work import Work
from shared.messages import CaseProgressed, Shortcoming
from shared.messages.codec import decode
from shared.messages.progress import Decided, Returned, Suspended
from tests.unit.intake.samples import ITEM, NOW


def sent_by(intake):
    """Every message that waits to be sent, in order."""
    with intake.database.reading() as tx:
        rows = tx.execute(sa.select(outbox.c.messages).order_by(outbox.c.id)).scalars().all()
    wires = [Wire.from_plain(plain) for row in rows for plain in row]
    return [decode(wire.type, wire.version, wire.body) for wire in wires]


def count_cases(intake):
    with intake.database.reading() as tx:
        return tx.execute(sa.select(sa.func.count()).select_from(store.cases)).scalar()


def routing_says(intake, message):
    with intake.database.transaction() as tx:
        work = Work(tx, NOW, "intake")
        handlers.follow(
            work,
            [
                Envelope(
                    message_id=str(uuid.uuid4()),
                    type="case.progressed",
                    version=1,
                    sender=Sender(role="routing"),
                    sent_at=NOW,
                    traceparent="",
                    message=message,
                )
            ],
        )


def decided(code):
    return CaseProgressed(
        case=code,
        number=1,
        at=NOW + timedelta(days=1),
        item=ITEM.item,
        item_version=1,
        region="330100",
        state="decided",
        changes=(Decided(outcome="approved", reasons=("私事",), conditions=()),),
    )


def post(intake, path, body, secret):
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    return requests.post(intake.url + path, json=body, headers=headers, timeout=60)


def returned(code):
    missing = (Shortcoming(subject="site-plan", problem="缺少比例尺"),)
    said = {"task": "planning", "assignment": "a-1"}
    return replace(
        decided(code),
        state="suspended",
        changes=(
            Returned(
                **said,
                department="planning",
                missing=missing,
                legal_basis="第三十二条",
                officer="某人",
                stated_at=NOW,
            ),
            Suspended(**said, reason="waits", legal_basis="第三十二条"),
        ),
    )
