"""Facts for sheets, short enough to read in a test."""

from collections.abc import Iterable
from datetime import datetime
from itertools import count
from typing import Any

import sqlalchemy as sa

from services.supervision.facts import Fact
from services.supervision.facttables import facts
from services.supervision.tables import alerts, cases
from shared.database import Database
from shared.rows import insert, insert_new
from tests.unit.supervision.steps import at

SERIALS = count(1)


def fact(used: float = 1.0, **told: Any) -> Fact:
    """A completed task of `planning` that used so much of 5 working days."""
    budget = told.get("budget", 5)
    ended: datetime = told.get("ended_at", at("09-18 10:00"))
    given: dict[str, Any] = {
        "case_code": f"330100-2609-{next(SERIALS):07}-34",
        "assignment": "a.1",
        "item": "enterprise-investment",
        "item_version": 3,
        "region": "330100",
        "department": "planning",
        "task": "review",
        "title": '{"zh":"规划审查","en":"Planning review"}',
        "part_of": "",
        "assigned_at": at("09-01 10:00"),
        "accepted_at": at("09-01 11:00"),
        "ended_at": ended,
        "ending": "completed",
        "outcome": "approved",
        "unit": "working_days" if budget else "",
        "budget": budget,
        "used": used,
        "due_at": None,
        "late": bool(budget) and used > budget,
        "acceptance_unit": "working_days",
        "acceptance_budget": 1,
        "acceptance_used": 0.0,
        "acceptance_late": False,
        "returns": 0,
        "stops": 0,
        "officer": "李某",
    }
    return Fact(**{**given, **told})  # type: ignore[typeddict-item]


def card(rung: str, fact: Fact, at: datetime) -> dict[str, Any]:
    """A card that the department of a fact was given."""
    return {
        "id": f"{fact['case_code']}/handling/{fact['assignment']}/{rung}",
        "rung": rung,
        "at": at,
        "case_code": fact["case_code"],
        "department": fact["department"],
        "body": '{"title":{"zh":"黄牌","en":"Yellow card"}}',
    }


def keep(database: Database, some: Iterable[Fact], cards: Iterable[dict[str, Any]] = ()) -> None:
    """Keep facts, their cases and cards."""
    known = list(some)
    with database.transaction() as tx:
        insert(tx, facts, known)
        insert_new(tx, cases, [_case(it) for it in known])
        for one in cards:
            tx.execute(sa.insert(alerts).values(**one))


def _case(fact: Fact) -> dict[str, Any]:
    return {
        "code": fact["case_code"],
        "item": fact["item"],
        "item_version": fact["item_version"],
        "region": fact["region"],
        "state": "decided",
        "number": 2,
        "title": fact["title"],
        "lead": "development",
        "opened_at": fact["assigned_at"],
        "closed_at": fact["ended_at"],
        "stops": "[]",
        "entries": 0,
        "head": "0" * 64,
        "clocks": '{"titles":[],"limits":[],"ladders":[],"clocks":[]}',
        "next_at": None,
        "provisional": False,
        "beside": "{}",
    }
