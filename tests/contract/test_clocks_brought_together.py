"""A database of the version in which each clock had a row of its own is brought up to date."""

import json

import pytest
import sqlalchemy as sa
from alembic import command

from services.supervision import store
from shared.database import Database
from shared.migrating import _config, _make_schema, migrate
from tests.unit.supervision.steps import CASE, at

OTHER = "330100-2609-0000013-31"
HANDLING = {
    "case_code": CASE,
    "kind": "handling",
    "department": "fire",
    "task": "review",
    "title": json.dumps({"zh": "审图", "en": "Review"}),
    "source": "条例",
    "limit": json.dumps(
        {
            "amount": 5,
            "unit": "working_days",
            "stretches": [["2026-09-18T10:00:00+08:00", None]],
            "extensions": [],
        }
    ),
    "due_at": "2026-09-25 09:00:00.000000+00:00",
    "provisional": False,
    "ended_at": None,
    "rungs": json.dumps([["yellow", "at due", "2026-09-25T17:00:00+08:00"]]),
    "next_at": "2026-09-25 09:00:00.000000+00:00",
}


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else ""
    opened = Database.open("supervision", url=url, data=tmp_path)
    yield opened
    opened.close()


def put(tx, table, **row):
    names = ", ".join(f'"{it}"' for it in row)
    places = ", ".join(f":{it}" for it in row)
    tx.execute(sa.text(f"insert into {table} ({names}) values ({places})"), row)


def put_case(tx, code):
    texts = dict.fromkeys(("item", "region", "state", "lead", "head"), "x")
    title, stops = json.dumps({"zh": "案", "en": "Case"}), "[]"
    put(
        tx,
        "cases",
        code=code,
        item_version=1,
        number=1,
        title=title,
        stops=stops,
        entries=0,
        **texts,
    )


def test_every_clock_is_found_again_in_the_row_of_its_case(database):
    with database.transaction() as tx:
        if tx.dialect.name == "postgresql":
            _make_schema(tx, "supervision")
        command.upgrade(_config("supervision", tx), "0002")
        put_case(tx, CASE)
        put_case(tx, OTHER)
        for subject in ("a.1", "a.2"):
            put(
                tx, "clocks", **{**HANDLING, "id": f"{CASE}/handling/{subject}", "subject": subject}
            )
    migrate(database)
    with database.transaction() as tx:
        clocks = store.clocks_of(tx, CASE)
        assert [it.subject for it in clocks] == ["a.1", "a.2"]
        assert clocks[0].due_at == at("09-25 17:00")
        assert clocks[0].limit.started == at("09-18 10:00")
        assert clocks[0].rungs[0].moment == at("09-25 17:00")
        assert store.next_moment(tx) == at("09-25 17:00")
        assert store.clocks_of(tx, OTHER) == []
