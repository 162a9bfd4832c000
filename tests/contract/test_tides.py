"""Processes of supervision tell each other how far they are, on SQLite and PostgreSQL."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from services.supervision import store
from shared.database import Database
from shared.migrating import migrate
from tests.unit.supervision.steps import at

NINE, TEN, NOW = at("09-21 09:00"), at("09-21 10:00"), at("09-22 09:00")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgres_database")
    opened = Database.open("supervision", url=url, data=tmp_path)
    migrate(opened)
    yield opened
    opened.close()


def note(tx: sa.Connection, process: str, read_to: datetime, seconds: float) -> None:
    now = NOW + timedelta(seconds=seconds)
    store.note_tide(tx, process, read_to, now=now, since=now - timedelta(seconds=2))


def slowest(tx: sa.Connection, seconds: float) -> datetime | None:
    """To when the slowest process has read that lagged behind after so many seconds."""
    return store.slowest_tide(tx, NOW + timedelta(seconds=seconds))


def test_the_slowest_process_that_lags_behind_counts_and_only_lately(database: Database) -> None:
    with database.transaction() as tx:
        assert slowest(tx, 0) is None
        note(tx, "a", TEN, 1.0)
        note(tx, "b", NINE, 1.5)
        assert slowest(tx, 0) == NINE
        note(tx, "b", TEN + timedelta(minutes=1), 2.0)
        assert slowest(tx, 0) == TEN
        assert slowest(tx, 1.5) == TEN + timedelta(minutes=1)
        assert slowest(tx, 2.0) is None


def test_how_far_a_process_was_is_forgotten_in_time(database: Database) -> None:
    with database.transaction() as tx:
        note(tx, "a", NINE, 0.0)
        note(tx, "b", TEN, 2.0)
        assert slowest(tx, -1) == TEN
