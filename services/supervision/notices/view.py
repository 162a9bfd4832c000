"""Notices as JSON: who was told of an alert, by what, and why they."""

from collections.abc import Collection
from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from services.supervision.notices import store
from services.supervision.notices.notice import Notice
from services.supervision.notices.tables import WAITING


def of_alerts(
    tx: sa.Connection, ids: Collection[str], zone: ZoneInfo
) -> dict[str, list[dict[str, Any]]]:
    """The notices of alerts that have some, by the alert's id."""
    found = store.of_alerts(tx, ids)
    return {alert: [plain(it, zone) for it in some] for alert, some in found.items()}


def plain(notice: Notice, zone: ZoneInfo) -> dict[str, Any]:
    """One of them. `channel` is the one whose turn it is, or that told it."""
    waits = notice.state == WAITING
    told = notice.told_at
    return {
        "person": notice.person,
        "name": notice.name,
        "why": asdict(notice.why),
        "state": notice.state,
        "channel": notice.channel,
        "channels": list(notice.channels),
        "attempts": notice.attempts,
        "told_at": told.astimezone(zone).isoformat() if told else None,
        "next_at": notice.next_at.astimezone(zone).isoformat() if waits else None,
        "error": notice.error,
    }
