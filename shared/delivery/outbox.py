"""The outbox: what a transaction wants sent is committed with it.

One row holds all messages of one transaction: messages cost more than rows. A row goes when the
broker has confirmed its messages; what a crash left behind, the relay sends.
"""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from shared.delivery.tables import outbox
from shared.delivery.wire import Wire, new_id
from shared.jsontext import utf8_of
from shared.rows import delete
from shared.statements import POSTGRESQL, Among, Statement, Utf8


@dataclass(frozen=True, kw_only=True)
class Unsent:
    """A row of the outbox."""

    id: str
    wires: tuple[Wire, ...]


def keep(tx: sa.Connection, wires: Sequence[Wire]) -> str:
    """Write the messages of this transaction; the row's id, empty where there are none."""
    if not wires:
        return ""
    row = new_id()
    messages: Any = [wire.to_plain() for wire in wires]
    if tx.dialect.name == POSTGRESQL:
        messages = Utf8(utf8_of(messages))
    # Real time, not business time: this is about how long ago a process may have died.
    _KEEP.rows(tx, id=row, written_at=time.time(), messages=messages)
    return row


# By itself and not through `shared.rows`: the server would read this large value twice.
_KEEP = Statement(
    lambda _among: sa.insert(outbox).values(
        {column: sa.bindparam(column.name, type_=column.type) for column in outbox.c}
    )
)


def forget(tx: sa.Connection, rows: Sequence[str]) -> None:
    """Drop rows whose messages the broker has confirmed."""
    delete(tx, outbox, [{"id": row} for row in rows])


def rows(tx: sa.Connection, ids: Sequence[str]) -> list[Unsent]:
    """Those of these rows that are still there, oldest first."""
    statement = sa.select(outbox.c.id, outbox.c.messages).where(outbox.c.id.in_(ids))
    return [_unsent(row) for row in tx.execute(statement.order_by(outbox.c.id))]


def any_left(
    tx: sa.Connection, *, older_than: float, after: str = "", but: Collection[str] = ()
) -> bool:
    """Whether `claim` might find something."""
    return bool(_ANY_LEFT.rows(tx, until=time.time() - older_than, after=after, but=list(but)))


def claim(
    tx: sa.Connection,
    *,
    older_than: float,
    limit: int,
    after: str = "",
    but: Collection[str] = (),
) -> list[Unsent]:
    """Rows of at least `older_than` seconds, oldest first from behind `after`, made young again.

    Another relay then passes them over until they have grown as old once more. `but` are rows that
    are not wanted: their messages can be many, and are not even read.
    """
    now = time.time()
    found = _LEFT.rows(tx, until=now - older_than, after=after, but=list(but), most=limit)
    claimed = [_unsent(row) for row in found]
    if claimed:
        these = outbox.c.id.in_([row.id for row in claimed])
        tx.execute(sa.update(outbox).where(these).values(written_at=now))
    return claimed


def _left(among: Among, *columns: sa.Column[Any]) -> sa.Select[Any]:
    return (
        sa.select(*columns)
        .where(outbox.c.written_at <= sa.bindparam("until", type_=sa.Float()))
        .where(outbox.c.id > sa.bindparam("after"), sa.not_(among(outbox.c.id, "but")))
    )


_ANY_LEFT = Statement(lambda among: _left(among, outbox.c.id).limit(1))
_LEFT = Statement(
    lambda among: (
        _left(among, outbox.c.id, outbox.c.messages)
        .order_by(outbox.c.id)
        .limit(sa.bindparam("most", type_=sa.Integer()))
        .with_for_update(skip_locked=True)
    )
)


def _unsent(row: Any) -> Unsent:
    return Unsent(id=row.id, wires=tuple(Wire.from_plain(it) for it in row.messages))
