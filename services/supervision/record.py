"""Checkpoints and what they have anchored, in the database, and a trace as it leaves the house."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from services.supervision import store
from services.supervision.checkpoints import Anchor, Checkpoint, drawn_up, proof, time_of
from services.supervision.signing import Signer
from services.supervision.tables import anchors, cases, checkpoints
from services.supervision.trace import Head
from shared.delivery.work import Work
from shared.errors import NotFound
from shared.jsontext import text_of
from shared.rows import insert, insert_returning

FORMAT = "onewindow-trace-1"
PUBLISHED = "checkpoints.jsonl"
AT_ONCE = 5_000
Plain = dict[str, Any]


def is_due(tx: sa.Connection, now: datetime) -> bool:
    """Whether a day has begun since the last checkpoint, in the zone of `now`."""
    last = last_checkpoint(tx)
    return last is None or last.at.astimezone(now.tzinfo).date() < now.date()


def sign(work: Work, signer: Signer) -> Checkpoint | None:
    """Sign the heads of all cases that have changed since the last checkpoint; None where another
    process was quicker."""
    tx = work.transaction
    heads = _unanchored(tx)
    made = signer.signed(drawn_up(last_checkpoint(tx), heads, work.now))
    if not insert_returning(tx, checkpoints, [_row(made)], checkpoints.c.number):
        return None
    rows: list[Plain] = [
        {
            "case_code": it.case,
            "entries": it.count,
            "hash": it.hash,
            "checkpoint": made.number,
            "place": place,
        }
        for place, it in enumerate(heads)
    ]
    for first in range(0, len(rows), AT_ONCE):
        insert(tx, anchors, rows[first : first + AT_ONCE])
    return made


def last_checkpoint(tx: sa.Connection) -> Checkpoint | None:
    row = tx.execute(sa.select(checkpoints).order_by(checkpoints.c.number.desc()).limit(1)).first()
    return _checkpoint(row) if row else None


def checkpoints_after(tx: sa.Connection, number: int, limit: int) -> list[Checkpoint]:
    """The checkpoints after one, in order."""
    later = sa.select(checkpoints).where(checkpoints.c.number > number)
    rows = tx.execute(later.order_by(checkpoints.c.number).limit(limit))
    return [_checkpoint(row) for row in rows]


def publish(tx: sa.Connection, folder: Path, limit: int = 100) -> int:
    """Append to checkpoints.jsonl what is not there yet, with the heads; how many were."""
    file = folder / PUBLISHED
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    some = checkpoints_after(tx, json.loads(lines[-1])["number"] if lines else 0, limit)
    with file.open("a", encoding="utf-8") as opened:
        for checkpoint in some:
            heads = [[it.case, it.count, it.hash] for it in _heads_of(tx, checkpoint.number)]
            opened.write(text_of({**plain(checkpoint), "heads": heads}) + "\n")
    return len(some)


def exported(tx: sa.Connection, code: str, now: datetime) -> Plain:
    """A trace with all that is needed to check it elsewhere (see verifier/verify_trace.py).

    Raises NotFound.
    """
    head = store.case_head(tx, code)
    if head is None:
        raise NotFound(f"supervision knows no case {code}")
    return {
        "format": FORMAT,
        "case": code,
        "exported_at": now.isoformat(),
        "head": _plain_head(head),
        "entries": [
            {
                "case": it.case,
                "position": it.position,
                "at": time_of(it.at),
                "source": it.source,
                "type": it.type,
                "body": it.body,
                "previous": it.previous,
                "hash": it.hash,
            }
            for it in store.trace_of(tx, code)
        ],
        "anchors": [_anchored(tx, row) for row in _anchors_of(tx, code)],
    }


def plain(checkpoint: Checkpoint) -> Plain:
    """A checkpoint as JSON values."""
    return {
        "number": checkpoint.number,
        "at": time_of(checkpoint.at),
        "previous": checkpoint.previous,
        "root": checkpoint.root,
        "leaves": checkpoint.leaves,
        "key": checkpoint.key,
        "signature": checkpoint.signature,
    }


def _unanchored(tx: sa.Connection) -> list[Anchor]:
    """The heads of cases that no checkpoint has signed as they are now, by code."""
    same = (anchors.c.case_code == cases.c.code) & (anchors.c.entries == cases.c.entries)
    statement = (
        sa.select(cases.c.code, cases.c.entries, cases.c.head)
        .where(cases.c.entries > 0, ~sa.exists().where(same))
        .order_by(cases.c.code)
    )
    rows = tx.execute(statement)
    return [Anchor(case=row.code, count=row.entries, hash=row.head) for row in rows]


def _anchors_of(tx: sa.Connection, code: str) -> Sequence[sa.Row[Any]]:
    statement = sa.select(anchors).where(anchors.c.case_code == code).order_by(anchors.c.entries)
    return tx.execute(statement).all()


def _anchored(tx: sa.Connection, row: sa.Row[Any]) -> Plain:
    found = tx.execute(sa.select(checkpoints).where(checkpoints.c.number == row.checkpoint)).one()
    return {
        "count": row.entries,
        "hash": row.hash,
        "proof": proof(_heads_of(tx, row.checkpoint), row.place),
        "checkpoint": plain(_checkpoint(found)),
    }


def _heads_of(tx: sa.Connection, number: int) -> list[Anchor]:
    statement = sa.select(anchors).where(anchors.c.checkpoint == number).order_by(anchors.c.place)
    return _read(tx.execute(statement))


def _read(rows: Iterable[sa.Row[Any]]) -> list[Anchor]:
    return [Anchor(case=row.case_code, count=row.entries, hash=row.hash) for row in rows]


def _row(checkpoint: Checkpoint) -> Plain:
    return {**plain(checkpoint), "at": checkpoint.at}


def _checkpoint(row: sa.Row[Any]) -> Checkpoint:
    return Checkpoint(
        number=row.number,
        at=row.at,
        previous=row.previous,
        root=row.root,
        leaves=row.leaves,
        key=row.key,
        signature=row.signature,
    )


def _plain_head(head: Head) -> Plain:
    return {"count": head.count, "hash": head.hash}
