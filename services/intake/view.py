"""A case as its applicant may see it."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from services.intake.domain import Case, Office
from services.intake.notices import Notice
from services.intake.review import Reviewed
from services.intake.tracking import Track
from shared.messages import ItemPublished, TaskOutline

Local = Callable[[datetime], datetime]
MOMENTS = ("at", "accepted_at")
"""What of a notice is a time."""


def tracked(
    case: Case, track: Track, item: ItemPublished, review: Reviewed | None, office: Office
) -> dict[str, Any]:
    """Where a case and each of its tasks stand; `waiting` is a task whose turn has not come."""
    local = office.calendar.local
    accepted_at = review.said.accepted_at if review else case.received_at
    notice_due_at = review.due_at if review else None
    changed_at = track.at or (_last(review) if review else case.received_at)
    return {
        "case": case.code,
        "item": case.item,
        "title": item.title,
        "state": case.state,
        "outcome": track.outcome or None,
        "received_at": local(case.received_at),
        "accepted_at": local(accepted_at) if accepted_at else None,
        "notice_due_at": local(notice_due_at) if notice_due_at else None,
        "changed_at": local(changed_at),
        "tasks": [_task(task, track, local) for task in item.tasks],
    }


def _last(review: Reviewed) -> datetime:
    said = review.said
    since = said.ended_at or (said.corrected_at and said.corrected_at[-1]) or said.notified_at
    return since or said.received_at


def _task(task: TaskOutline, track: Track, local: Local) -> dict[str, Any]:
    step = track.steps.get(task.key)
    return {
        "task": task.key,
        "title": task.title,
        "department": (step.department if step else "") or task.department,
        "state": step.state if step else "waiting",
        "since": local(step.since) if step else None,
    }


def review(it: Reviewed, office: Office) -> dict[str, Any]:
    """An application before acceptance, as a clerk sees it."""
    said, local = it.said, office.calendar.local
    return {
        "case": it.case,
        "state": it.state,
        "item": said.item,
        "title": said.title,
        "region": said.region,
        "received_at": local(said.received_at),
        "notice_due_at": local(it.due_at) if it.due_at else None,
        "notified_at": local(said.notified_at) if said.notified_at else None,
        "corrected_at": [local(moment) for moment in said.corrected_at],
        "missing": it.missing,
    }


def notices(told: Iterable[Notice], office: Office) -> list[dict[str, Any]]:
    """Notices with their times as the office's clock shows them."""
    local = office.calendar.local
    return [
        {**it, **{name: local(datetime.fromisoformat(it[name])) for name in MOMENTS if name in it}}
        for it in told
    ]
