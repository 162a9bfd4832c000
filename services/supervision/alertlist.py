"""Alerts as lists show them: filtered, counted, and only those that somebody sees."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.supervision.actstore import alert_of
from services.supervision.sight import Sight
from services.supervision.tables import alerts, cases
from shared.messages import AlertRaised

_open = alerts.c.acknowledged_at.is_(None) & alerts.c.withdrawn_at.is_(None)
STATES = {
    "open": _open,
    "awaited": alerts.c.acknowledge_by.is_not(None),
    "acknowledged": alerts.c.acknowledged_at.is_not(None) & alerts.c.withdrawn_at.is_(None),
    "appealed": alerts.c.appealed_at.is_not(None),
    "withdrawn": alerts.c.withdrawn_at.is_not(None),
    "all": sa.true(),
}
"""How alerts may stand; some stand in several of these ways."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which alerts: those of a department, of a rung (empty: of any), standing so."""

    department: str = ""
    rung: str = ""
    state: str = "open"


@dataclass(frozen=True, kw_only=True)
class Listed:
    """An alert in a list, and how it stands. `awaited` is until when it must be acknowledged."""

    alert: AlertRaised
    awaited: datetime | None
    acknowledged_at: datetime | None
    appealed_at: datetime | None
    withdrawn_at: datetime | None


def listed(
    tx: sa.Connection, sight: Sight, asked: Asked, *, first: int, limit: int
) -> list[Listed]:
    """Alerts in sight, newest first, from the `first` one on (0 is the newest)."""
    chosen = (
        _seen(sight, asked, alerts)
        .where(STATES[asked.state])
        .order_by(alerts.c.at.desc(), alerts.c.id)
        .offset(first)
        .limit(limit)
    )
    return [_listed(row) for row in tx.execute(chosen)]


def counted(tx: sa.Connection, sight: Sight, asked: Asked) -> dict[str, int]:
    """How many alerts in sight stand in each way, of the same department and rung."""
    counts = (sa.func.count().filter(clause).label(name) for name, clause in STATES.items())
    return dict(tx.execute(_seen(sight, asked, *counts)).mappings().one())


def newest(tx: sa.Connection, sight: Sight) -> str:
    """What changes whenever an alert in sight is raised."""
    found = tx.execute(
        _seen(sight, Asked(), alerts.c.id).order_by(alerts.c.at.desc(), alerts.c.id).limit(1)
    )
    return found.scalar() or ""


def in_sight(tx: sa.Connection, alert: str, sight: Sight) -> bool:
    """Whether there is such an alert, and somebody sees it."""
    found = _seen(sight, Asked(), alerts.c.id).where(alerts.c.id == alert)
    return tx.execute(found).first() is not None


def _seen(sight: Sight, asked: Asked, *columns: Any) -> sa.Select[Any]:
    statement = sa.select(*columns).select_from(alerts)
    if not sight.everywhere:  # what belongs to no case belongs to no region
        statement = statement.join(cases, cases.c.code == alerts.c.case_code)
        statement = statement.where(sight.clause(cases.c.region))
    if asked.department:
        statement = statement.where(alerts.c.department == asked.department)
    return statement.where(alerts.c.rung == asked.rung) if asked.rung else statement


def _listed(row: Any) -> Listed:
    return Listed(
        alert=alert_of(row.body),
        awaited=row.acknowledge_by,
        acknowledged_at=row.acknowledged_at,
        appealed_at=row.appealed_at,
        withdrawn_at=row.withdrawn_at,
    )
