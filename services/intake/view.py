"""A case as its applicant may see it."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from services.intake.domain import Case, Office
from services.intake.notices import Notice
from services.intake.tracking import Track
from shared.messages import ItemPublished, TaskOutline

Local = Callable[[datetime], datetime]


def tracked(case: Case, track: Track, item: ItemPublished, office: Office) -> dict[str, Any]:
    """Where a case and each of its tasks stand; `waiting` is a task whose turn has not come."""
    local = office.calendar.local
    return {
        "case": case.code,
        "item": case.item,
        "title": item.title,
        "state": track.state,
        "outcome": track.outcome or None,
        "received_at": local(case.received_at),
        "changed_at": local(track.at or case.received_at),
        "tasks": [_task(task, track, local) for task in item.tasks],
    }


def _task(task: TaskOutline, track: Track, local: Local) -> dict[str, Any]:
    step = track.steps.get(task.key)
    return {
        "task": task.key,
        "title": task.title,
        "department": (step.department if step else "") or task.department,
        "state": step.state if step else "waiting",
        "since": local(step.since) if step else None,
    }


def notices(told: Iterable[Notice], office: Office) -> list[dict[str, Any]]:
    """Notices with their times as the office's clock shows them."""
    local = office.calendar.local
    return [{**it, "at": local(datetime.fromisoformat(it["at"]))} for it in told]
