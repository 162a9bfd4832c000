"""The inbox: a message that has had its effect has it no second time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from shared.database import insert_returning
from shared.delivery.envelope import Envelope
from shared.delivery.tables import inbox


def key_of(sender: object, message_id: str) -> str:
    """The key of a message: an id counts within its sender, who could else spoil another's."""
    return f"{sender}:{message_id}"


def remember(tx: sa.Connection, keys: Sequence[str], now: datetime) -> set[str]:
    """Note the keys in the transaction that gives them their effect; returns those that are new."""
    rows = [{"id": key, "received_at": now} for key in dict.fromkeys(keys)]
    return insert_returning(tx, inbox, rows, inbox.c.id)


def fresh(tx: sa.Connection, envelopes: Sequence[Envelope], now: datetime) -> list[Envelope]:
    """The envelopes that had no effect yet, in their order, each once; they are noted as read."""
    keyed = {key_of(it.sender, it.message_id): it for it in reversed(envelopes)}
    new = remember(tx, list(keyed), now)
    kept = {id(envelope) for key, envelope in keyed.items() if key in new}
    return [envelope for envelope in envelopes if id(envelope) in kept]


def forget(tx: sa.Connection, before: datetime) -> int:
    """Drop keys older than a repeat can be; returns how many."""
    return tx.execute(sa.delete(inbox).where(inbox.c.received_at < before)).rowcount


KEPT_FOR = timedelta(days=90)
"""A message may lie in a queue over a long outage; a key costs about a hundred bytes."""
