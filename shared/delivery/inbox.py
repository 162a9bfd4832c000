"""The inbox: a message that has had its effect has it no second time."""

import hashlib
import time
from collections.abc import Sequence

import sqlalchemy as sa

from shared.database import insert_returning
from shared.delivery.envelope import Envelope
from shared.delivery.tables import inbox

KEPT_FOR = 90 * 86_400.0
"""Seconds. A message may lie in a queue over a long outage; a key costs about a hundred bytes."""

AT_ONCE = 2_000
"""How many keys are dropped in one transaction, which others wait for."""


def key_of(sender: object, message_id: str) -> str:
    """The key of a message: an id counts within its sender, who could else spoil another's."""
    return f"{sender}:{message_id}"


def forged_key_of(sender: object, message_id: str, body: bytes) -> str:
    """The key of a message that was refused unread: another body under the same id is another one,
    and spoils the id for nobody."""
    said = f"{sender}:{message_id}:".encode() + body
    return f"forged:{hashlib.sha256(said).hexdigest()}"


def remember(tx: sa.Connection, keys: Sequence[str]) -> set[str]:
    """Note the keys in the transaction that gives them their effect; returns those that are new."""
    # Real time, not business time: this is about how late the broker may deliver a repeat.
    # In one order, so that two processes with the same messages do not wait for each other.
    rows = [{"id": key, "read_at": time.time()} for key in sorted(set(keys))]
    return insert_returning(tx, inbox, rows, inbox.c.id)


def fresh(tx: sa.Connection, envelopes: Sequence[Envelope]) -> list[Envelope]:
    """The envelopes that had no effect yet, in their order, each once; they are noted as read."""
    keyed = {key_of(it.sender, it.message_id): it for it in reversed(envelopes)}
    new = remember(tx, list(keyed))
    kept = {id(envelope) for key, envelope in keyed.items() if key in new}
    return [envelope for envelope in envelopes if id(envelope) in kept]


def others(envelopes: Sequence[Envelope], kept: Sequence[Envelope]) -> list[Envelope]:
    """Those of the envelopes that `fresh` did not keep: their ids have had their effect."""
    known = {id(envelope) for envelope in kept}
    return [envelope for envelope in envelopes if id(envelope) not in known]


def forget(tx: sa.Connection, *, older_than: float = KEPT_FOR) -> int:
    """Drop some of the keys that are older than a repeat can be; returns how many."""
    old = sa.select(inbox.c.id).where(inbox.c.read_at < time.time() - older_than).limit(AT_ONCE)
    return tx.execute(sa.delete(inbox).where(inbox.c.id.in_(old))).rowcount
