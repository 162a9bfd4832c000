"""Ratings and reviews as supervision keeps them, on SQLite and on PostgreSQL."""

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from services.supervision import open_cases, store
from services.supervision.ratings import ratings
from services.supervision.trace import verify
from shared.database import Database
from shared.messages import CaseRated, CaseReceived
from tests.contract.watching import database, observe, opening
from tests.unit.supervision.steps import CASE, RULES, TITLE, at
from tests.unit.supervision.test_clock_before_acceptance import SAID

__all__ = ["database"]

BAD = CaseRated(
    case=CASE,
    at=at("09-30 10:00"),
    item="enterprise-investment",
    region="330100",
    title=TITLE,
    lead="development",
    level=2,
    comment="跑了三趟",
)


def kept(database: Database) -> list[tuple[Any, ...]]:
    with database.reading() as tx:
        columns = ratings.c.case_code, ratings.c.level, ratings.c.department
        return [tuple(row) for row in tx.execute(sa.select(*columns))]


@pytest.mark.parametrize("level", [1, 2])
def test_a_bad_rating_alerts_once_until_when_the_applicant_is_called_back(
    database: Database, level: int
) -> None:
    observe(database, opening())
    bad = replace(BAD, level=level)
    assert observe(database, bad) == [f"{CASE}/rating"]
    assert observe(database, bad) == []
    assert kept(database) == [(CASE, level, "development")]
    with database.reading() as tx:
        (alert,) = store.alerts_since(tx, None, CASE, 10)
        entries, head = list(store.trace_of(tx, CASE)), store.case_head(tx, CASE)
    # Wednesday 30 September: the next working day is 8 October.
    assert "2026-10-08T17:00:00+08:00" in alert
    assert "跑了三趟" in alert
    assert head is not None
    assert verify(CASE, entries, head) == []
    assert [it.type for it in entries][1:3] == ["case.rated", "alert.raised"]


def test_a_good_rating_is_kept_and_alerts_nobody_whenever_it_comes(database: Database) -> None:
    assert observe(database, replace(BAD, level=3)) == []
    observe(database, opening())
    assert kept(database) == [(CASE, 3, "development")]
    with database.reading() as tx:
        assert len(store.clocks_of(tx, CASE)) == 3


def test_a_received_application_is_kept_and_goes_on_when_routing_speaks(database: Database) -> None:
    observe(database, CaseReceived(case=CASE, at=SAID.received_at, review=SAID))
    with database.reading() as tx:
        assert [it.kind for it in store.clocks_of(tx, CASE)] == ["correction"]
        assert store.next_moment(tx) == at("09-23 17:00")
        seen = open_cases.look(tx, {}, RULES).cases[CASE]
    assert (seen.lead, seen.timing.due_at) == ("development", at("09-24 17:00"))
    observe(database, opening())
    with database.reading() as tx:
        kinds = [it.kind for it in store.clocks_of(tx, CASE)]
    with database.transaction() as tx:
        (row,) = store.load(tx, [CASE]).values()
    assert kinds == ["correction", "handling", "promised", "statutory"]
    assert (row.number, row.region) == (1, "330100")
