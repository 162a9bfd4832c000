"""Parked messages: set aside for a person with the reason, until sent again or discarded.

Nothing is deleted: what was done about a parked message, by whom and why, stays in its row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from shared.database import insert_returning, storable
from shared.delivery.tables import parked
from shared.delivery.wire import Wire, new_id
from shared.errors import NotFound
from shared.statements import Statement

INCOMING = "incoming"
OUTGOING = "outgoing"
LONGEST_REASON = 8_000


@dataclass(frozen=True, kw_only=True)
class Parked:
    """A message that was set aside.

    `direction` is incoming (could not be read or handled) or outgoing (had no destination).
    `state` is parked, redrive (a person wants it sent again), redriven or discarded.
    """

    id: str
    message_id: str
    type: str
    case: str
    sender: str
    direction: str
    reason: str
    wire: Wire
    parked_at: datetime
    state: str
    settled_at: datetime | None
    settled_by: str | None
    note: str | None


def park(
    tx: sa.Connection, wire: Wire, *, sender: str, direction: str, reason: str, now: datetime
) -> bool:
    """Set a message aside; whether it was not parked already."""
    row = {
        "id": new_id(),
        "message_id": wire.message_id[:160],
        "type": wire.type[:80],
        "case_code": wire.case[:40],
        "sender": sender[:120],
        "direction": direction,
        "reason": storable(reason)[:LONGEST_REASON],
        "wire": wire.to_plain(),
        "parked_at": now,
        "state": "parked",
    }
    return bool(insert_returning(tx, parked, [row], parked.c.id))


def listed(tx: sa.Connection, *, every: bool = False) -> list[Parked]:
    """Messages that wait for a person, oldest first; with `every` the settled ones too."""
    statement = sa.select(parked).order_by(parked.c.id)
    if not every:
        statement = statement.where(parked.c.state.in_(("parked", "redrive")))
    return [_parked(row) for row in tx.execute(statement)]


def show(tx: sa.Connection, parked_id: str) -> Parked:
    """One parked message; raises NotFound."""
    row = tx.execute(sa.select(parked).where(parked.c.id == parked_id)).one_or_none()
    if row is None:
        raise NotFound(f"no message is parked under {parked_id}")
    return _parked(row)


def ask_redrive(tx: sa.Connection, parked_id: str, *, by: str, now: datetime) -> None:
    """Ask the service to take the message up again; raises NotFound unless it is parked."""
    _settle(tx, parked_id, "redrive", by=by, now=now, note="")


def discard(tx: sa.Connection, parked_id: str, *, by: str, now: datetime, note: str) -> None:
    """Give the message up, with a reason; the row stays. Raises NotFound unless it is parked."""
    _settle(tx, parked_id, "discarded", by=by, now=now, note=note)


def any_asked_for(tx: sa.Connection) -> bool:
    """Whether there are messages that a person wants sent again."""
    return bool(_ASKED_FOR.rows(tx))


_ASKED_FOR = Statement(
    lambda _among: sa.select(parked.c.id).where(parked.c.state == "redrive").limit(1)
)


def asked_for(tx: sa.Connection, limit: int) -> list[Parked]:
    """Messages that a person wants sent again, but for those that another process has taken."""
    statement = (
        sa.select(parked)
        .where(parked.c.state == "redrive")
        .order_by(parked.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [_parked(row) for row in tx.execute(statement)]


def redriven(tx: sa.Connection, parked_ids: Sequence[str]) -> None:
    """Note that the messages are on their way again."""
    if parked_ids:
        tx.execute(sa.update(parked).where(parked.c.id.in_(parked_ids)).values(state="redriven"))


def _settle(
    tx: sa.Connection, parked_id: str, state: str, *, by: str, now: datetime, note: str
) -> None:
    changed = tx.execute(
        sa.update(parked)
        .where(parked.c.id == parked_id, parked.c.state == "parked")
        .values(state=state, settled_at=now, settled_by=by, note=note)
    )
    if changed.rowcount != 1:
        raise NotFound(f"no message waits under {parked_id}")


def _parked(row: Any) -> Parked:
    return Parked(
        id=row.id,
        message_id=row.message_id,
        type=row.type,
        case=row.case_code,
        sender=row.sender,
        direction=row.direction,
        reason=row.reason,
        wire=Wire.from_plain(row.wire),
        parked_at=row.parked_at,
        state=row.state,
        settled_at=row.settled_at,
        settled_by=row.settled_by,
        note=row.note,
    )
