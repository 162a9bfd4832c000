"""The list behind a figure as JSON values. Pure."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from services.supervision.packing import title_of_text
from services.supervision.sheets.behind import Behind

Row = dict[str, Any]
Key = Any
"""What tells rows apart: case and assignment of a task, the id of a card, the case of a rating."""


def rows_of(found: Behind, zone: ZoneInfo) -> list[tuple[Key, Row]]:
    """Each row of a list with its key; moments are told in `zone`."""

    def iso(moment: datetime) -> str:
        return moment.astimezone(zone).isoformat()

    of_kind: tuple[tuple[Any, Callable[..., tuple[Key, Row]]], ...] = (
        (found.tasks, _task),
        (found.cards, _card),
        (found.ratings, _rating),
    )
    return [write(row, iso) for some, write in of_kind for row in some]


def _task(row: Any, iso: Callable[[datetime], str]) -> tuple[Key, Row]:
    title = title_of_text(row.title)
    return (row.case_code, row.assignment), {
        "case": row.case_code,
        "department": row.department,
        "task": row.task,
        "title": {"zh": title.zh, "en": title.en},
        "assignment": row.assignment,
        "ended_at": iso(row.ended_at),
        "ending": row.ending,
        "outcome": row.outcome,
        "late": bool(row.late),
        "used": round(row.used, 6),
        "budget": row.budget,
        "unit": row.unit,
        "returns": row.returns,
    }


def _card(row: Any, iso: Callable[[datetime], str]) -> tuple[Key, Row]:
    title = orjson.loads(row.body)["title"]
    return row.id, {
        "case": row.case_code,
        "department": row.department,
        "card": row.rung,
        "at": iso(row.at),
        "title": {"zh": title["zh"], "en": title["en"]},
        "alert": row.id,
    }


def _rating(row: Any, iso: Callable[[datetime], str]) -> tuple[Key, Row]:
    return row.case_code, {
        "case": row.case_code,
        "department": row.department,
        "level": row.level,
        "at": iso(row.at),
        "comment": row.comment,
    }
