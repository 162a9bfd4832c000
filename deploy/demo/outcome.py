"""What became of the demonstration, gathered from the services."""

from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from deploy.demo.drama import Drama, Story
from services.department.handlers import add_token
from shared.database import Database
from shared.delivery import parking
from shared.delivery.topology import SERVICES
from shared.delivery.work import Work
from shared.worktime import china

OPENING = time(9, 0)
DATA = "data"
NOT_CLOCKS = ("refused", "parked")
"""Alerts that do not come from a clock."""


def desk_token(folder: Path, department: str) -> str:
    """An API token for the officers of a department, made as an operator makes it."""
    database = Database.open("department", data=folder / DATA)
    try:
        with database.transaction() as tx:
            work = Work(tx, datetime.now(china().zone), "department")
            return add_token(work, department, "demonstration")
    finally:
        database.close()


def next_morning(moment: datetime) -> datetime:
    """The opening of the next working day."""
    calendar = china()
    day = calendar.local(moment).date() + timedelta(days=1)
    while not calendar.is_working(day):
        day += timedelta(days=1)
    return datetime.combine(day, OPENING, calendar.zone)


def gather(folder: Path, drama: Drama) -> dict[str, Any]:
    """Every case with its fate, every alert in order, what was refused and what is parked."""
    alerts = sorted(drama.alerts(), key=lambda it: (it["at"], it["alert"]))
    return {
        "cases": [_case(drama, story) for story in drama.stories],
        "alerts": [it for it in alerts if it["rung"] not in NOT_CLOCKS],
        "parked": _parked(folder),
        "refused": [it for it in alerts if it["rung"] == "refused"],
    }


def _case(drama: Drama, story: Story) -> dict[str, Any]:
    trace = drama.supervision.get(f"/cases/{story.code}/trace")
    clocks = drama.supervision.get(f"/cases/{story.code}/clocks")["clocks"]
    due = {it["kind"]: it["due_at"] for it in clocks}
    return {
        "code": story.code,
        "item": story.applying.item,
        "story": story.applying.story,
        "fate": story.fate,
        "due_date": due.get("promised") or due.get("statutory"),
        "decided_at": story.tracked["changed_at"],
        "trace_verified": trace["verified"],
        "trace_entries": trace["head"]["count"],
    }


def _parked(folder: Path) -> list[dict[str, Any]]:
    found = []
    for service in SERVICES:
        database = Database.open(service, data=folder / DATA)
        with database.reading() as tx:
            found += [
                {
                    "service": service,
                    "id": it.id,
                    "type": it.type,
                    "case": it.case,
                    "sender": it.sender,
                    "reason": it.reason,
                }
                for it in parking.listed(tx)
            ]
        database.close()
    return found
