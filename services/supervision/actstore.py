"""Alerts with what people did about them, as rows. The lock of an alert is that of its case."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

import orjson
import sqlalchemy as sa

from services.supervision.acts import Act, Standing
from services.supervision.domain import Case
from services.supervision.rows import case_of_row
from services.supervision.tables import acts, alerts, cases
from services.supervision.trace import canonical
from shared.database import Moment
from shared.errors import NotFound
from shared.messages import AlertRaised
from shared.messages.codec import decode
from shared.messages.registry import name_of
from shared.rows import insert
from shared.statements import Statement

ALERT = name_of(AlertRaised)


def standing(tx: sa.Connection, alert: str) -> Standing:
    """An alert as it stands. Raises NotFound."""
    body = tx.execute(sa.select(alerts.c.body).where(alerts.c.id == alert)).scalar()
    if body is None:
        raise NotFound(f"there is no alert {alert[:300]!r}")
    done = tx.execute(sa.select(acts.c.body).where(acts.c.alert == alert).order_by(acts.c.number))
    return Standing(alert=alert_of(body), acts=tuple(_act(it) for it in done.scalars()))


def lock(tx: sa.Connection, alert: str) -> None:
    """Hold the row of an alert that has no case."""
    tx.execute(sa.select(alerts.c.id).where(alerts.c.id == alert).with_for_update())


def save(tx: sa.Connection, before: Standing, now: Standing) -> None:
    """Keep what was done since."""
    new = now.acts[len(before.acts) :]
    rows = [
        {
            "alert": it.alert,
            "number": it.number,
            "kind": it.kind,
            "at": it.at,
            "body": canonical(it),
        }
        for it in new
    ]
    insert(tx, acts, rows)
    seen, withdrawn = now.first("acknowledgement"), now.first("withdrawal")
    values: dict[str, Any] = {
        "acknowledged_at": seen.at if seen else None,
        "withdrawn_at": withdrawn.at if withdrawn else None,
        "appealed_at": now.appealed.at if now.appealed else None,
    }
    if seen or withdrawn:
        values["acknowledge_by"] = None
    tx.execute(sa.update(alerts).where(alerts.c.id == now.alert.alert).values(values))


def settle(tx: sa.Connection, ids: Collection[str]) -> None:
    """These alerts wait for no acknowledgement any more."""
    if ids:
        tx.execute(sa.update(alerts).where(alerts.c.id.in_(ids)).values(acknowledge_by=None))


def next_wait(tx: sa.Connection) -> datetime | None:
    """When the time to acknowledge an alert is over next."""
    found = _NEXT.rows(tx)
    return found[0].acknowledge_by if found else None


_NEXT = Statement(
    lambda _among: (
        sa.select(alerts.c.acknowledge_by)
        .where(alerts.c.acknowledge_by.is_not(None))
        .order_by(alerts.c.acknowledge_by)
        .limit(1)
    )
)


def cases_waited_for(tx: sa.Connection, now: datetime, limit: int) -> dict[str, Case]:
    """Cases with an alert that nobody acknowledged before `now`, locked; those that somebody else
    holds are passed over and come next time."""
    return {row.code: case_of_row(row) for row in _CASES.rows(tx, now=now, most=limit)}


def _waited() -> sa.Select[Any]:
    return (
        sa.select(alerts.c.case_code)
        .where(alerts.c.acknowledge_by < sa.bindparam("now", type_=Moment()))
        .order_by(alerts.c.acknowledge_by)
        .limit(sa.bindparam("most", type_=sa.Integer()))
    )


_CASES = Statement(
    lambda _among: (
        sa.select(cases)
        .where(cases.c.code.in_(_waited()))
        .order_by(cases.c.code)
        .with_for_update(skip_locked=True)
    )
)


def unacknowledged(
    tx: sa.Connection, codes: Collection[str], now: datetime
) -> Sequence[AlertRaised]:
    """The alerts of these cases that nobody acknowledged before `now`, oldest first. Their cases
    are locked before this is asked: what somebody did meanwhile is seen."""
    chosen = (
        sa.select(alerts.c.body)
        .where(alerts.c.case_code.in_(codes), alerts.c.acknowledge_by < now)
        .order_by(alerts.c.acknowledge_by, alerts.c.id)
    )
    return [alert_of(body) for body in tx.execute(chosen).scalars()] if codes else []


def alert_of(body: str) -> AlertRaised:
    """An alert from its JSON."""
    found: AlertRaised = decode(ALERT, 1, body.encode())
    return found


def _act(body: str) -> Act:
    said = orjson.loads(body)
    due_on = said["due_on"]
    return Act(
        **said
        | {
            "at": datetime.fromisoformat(said["at"]),
            "due_on": date.fromisoformat(due_on) if due_on else None,
        }
    )
