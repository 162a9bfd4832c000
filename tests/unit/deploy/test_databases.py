"""The database that an operator's command looks into."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from deploy.local.databases import OfAnotherVersion, database_of
from services.supervision.facttables import facts
from shared.database import Database


def test_one_of_an_older_version_is_said_in_a_sentence(tmp_path: Path) -> None:
    old = Database.open("supervision", data=tmp_path)
    with old.transaction() as tx:
        tx.execute(sa.text("create table facts (case_code text)"))
    old.close()
    for asked in (sa.select(facts), sa.text("select 1 from case_facts")):
        with (
            pytest.raises(OfAnotherVersion, match="start supervision once"),
            database_of("supervision", {}, tmp_path) as database,
            database.reading() as tx,
        ):
            tx.execute(asked)


def test_any_other_error_stays_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "supervision.db").touch()
    with (
        pytest.raises(sa.exc.OperationalError),
        database_of("supervision", {}, tmp_path) as database,
        database.transaction() as tx,
    ):
        tx.execute(sa.text("no statement"))
