"""The queue of alerts that a channel has still to tell. A row goes when its alert is told.

Telling never holds up clocks: a rung only adds rows here, and each channel works them off alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from services.supervision.tables import alerts, deliveries
from shared.messages import AlertRaised
from shared.rows import delete, insert, update
from shared.statements import Statement

FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Untold:
    """An alert that a channel has still to tell: its id, its JSON, and how often that was tried."""

    alert: str
    body: str
    attempts: int


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: 10 s, 20 s, 40 s, ... at most an hour, for ever."""
    doubled: int = 1 << min(attempts - 1, 20)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)


def queue(
    tx: sa.Connection, raised: Sequence[AlertRaised], channels: Sequence[str], now: datetime
) -> None:
    """Have alerts told by each of these channels."""
    rows = [
        {"channel": channel, "alert": alert.alert, "attempts": 0, "next_at": now}
        for alert in raised
        for channel in channels
    ]
    insert(tx, deliveries, rows)


def untold(tx: sa.Connection, channel: str, now: datetime, limit: int) -> list[Untold]:
    """What a channel should tell now, oldest first; another process's share is passed over."""
    rows = tx.execute(
        sa.select(deliveries.c.alert, deliveries.c.attempts, alerts.c.body)
        .join(alerts, alerts.c.id == deliveries.c.alert)
        .where(deliveries.c.channel == channel, deliveries.c.next_at <= now)
        .order_by(deliveries.c.next_at, alerts.c.at, deliveries.c.alert)
        .limit(limit)
        .with_for_update(of=deliveries, skip_locked=True)
    )
    return [Untold(alert=row.alert, body=row.body, attempts=row.attempts) for row in rows]


def postpone(tx: sa.Connection, channel: str, some: Sequence[Untold], now: datetime) -> None:
    """Count an attempt and set the moment of the next, in case that this one comes to nothing."""
    rows = [
        {
            "channel": channel,
            "alert": it.alert,
            "attempts": it.attempts + 1,
            "next_at": now + pause_after(it.attempts + 1),
        }
        for it in some
    ]
    update(tx, deliveries, rows)


def told(tx: sa.Connection, channel: str, some: Sequence[Untold]) -> None:
    """Forget deliveries that are done."""
    delete(tx, deliveries, [{"channel": channel, "alert": it.alert} for it in some])


def waiting(tx: sa.Connection, channel: str) -> bool:
    """Whether the channel has anything to tell."""
    return bool(_WAITING.rows(tx, channel=channel))


_WAITING = Statement(
    lambda _among: (
        sa.select(deliveries.c.alert)
        .where(deliveries.c.channel == sa.bindparam("channel"))
        .limit(1)
    )
)


def backlog(tx: sa.Connection) -> dict[str, int]:
    """How many alerts each channel has still to tell."""
    counted = sa.select(deliveries.c.channel, sa.func.count()).group_by(deliveries.c.channel)
    return {row[0]: row[1] for row in tx.execute(counted)}
