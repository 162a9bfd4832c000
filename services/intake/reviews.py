"""Applications under review in the database. Whoever changes one holds the lock of its row."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.intake.review import BEFORE, Reviewed
from services.intake.tables import reviews
from shared.messages import Review, ToCorrect
from shared.messages.codec import to_plain
from shared.messages.reader import load
from shared.rows import insert, upsert
from shared.statements import Statement

Row = dict[str, Any]


def add(tx: sa.Connection, some: Sequence[Reviewed]) -> None:
    """Begin to review applications."""
    insert(tx, reviews, [_row(it) for it in some])


def keep(tx: sa.Connection, some: Sequence[Reviewed]) -> None:
    """Keep reviews as they are now."""
    upsert(tx, reviews, [_row(it) for it in some])


def of(tx: sa.Connection, code: str, *, to_change: bool = False) -> Reviewed | None:
    """The review of a case; None where its item wants none."""
    found = sa.select(reviews).where(reviews.c.case_code == code)
    row = tx.execute(found.with_for_update() if to_change else found).one_or_none()
    return _reviewed(row) if row else None


def next_due(tx: sa.Connection) -> datetime | None:
    """The moment at which the next application counts as accepted."""
    found = _NEXT.rows(tx)
    return found[0].due_at if found else None


_NEXT = Statement(
    lambda _among: (
        sa.select(reviews.c.due_at)
        .where(reviews.c.due_at.is_not(None))
        .order_by(reviews.c.due_at)
        .limit(1)
    )
)


def due(tx: sa.Connection, now: datetime, limit: int) -> list[Reviewed]:
    """Those that nobody looked at in time, oldest first, locked; who is held is passed over."""
    late = sa.select(reviews).where(reviews.c.due_at < now)
    ordered = late.order_by(reviews.c.due_at, reviews.c.case_code).limit(limit)
    return [_reviewed(row) for row in tx.execute(ordered.with_for_update(skip_locked=True))]


def running(tx: sa.Connection, *, after: str, limit: int) -> list[Reviewed]:
    """Those of which the time runs, by code, from `after` on, locked."""
    some = sa.select(reviews).where(reviews.c.due_at.is_not(None), reviews.c.case_code > after)
    ordered = some.order_by(reviews.c.case_code).limit(limit)
    return [_reviewed(row) for row in tx.execute(ordered.with_for_update())]


def to_look_at(tx: sa.Connection, limit: int) -> list[Reviewed]:
    """Those that are not accepted yet, the most pressing first; who waits for an applicant last."""
    some = sa.select(reviews).where(reviews.c.state.in_(BEFORE))
    ordered = some.order_by(reviews.c.due_at.is_(None), reviews.c.due_at, reviews.c.case_code)
    return [_reviewed(row) for row in tx.execute(ordered.limit(limit))]


def _row(it: Reviewed) -> Row:
    kept = {
        "said": to_plain(it.said),
        "missing": [to_plain(one) for one in it.missing],
        "by": it.by,
        "reasons": list(it.reasons),
    }
    return {"case_code": it.case, "state": it.state, "due_at": it.due_at, "review": kept}


def _reviewed(row: sa.Row[Any]) -> Reviewed:
    kept = row.review
    return Reviewed(
        case=row.case_code,
        said=load(Review, kept["said"]),
        due_at=row.due_at,
        missing=tuple(load(ToCorrect, one) for one in kept["missing"]),
        by=kept["by"],
        reasons=tuple(kept["reasons"]),
    )
