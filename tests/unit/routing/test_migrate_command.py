"""`catalogue migrate`: shows what changes for each case, then orders it through the window."""

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from deploy.cli.do_catalogue import app
from services.intake import store
from services.routing.handlers import Plans
from shared.database import Database
from shared.delivery.tables import outbox
from shared.delivery.wire import Wire
from shared.errors import Invalid, NotFound
from shared.messages import MigrateCase
from shared.messages.codec import decode
from shared.migrating import migrate
from tests.unit.routing.building import NOW
from tests.unit.routing.test_handlers_of_routing import CODES, Office, accepted
from tests.unit.routing.test_handlers_of_routing import office as office_of_routing
from tests.unit.routing.test_the_catalogue_is_checked import ITEM, folder

office = office_of_routing
WHO = ("--by", "陈志远", "--reason", "办事指南调整")
SECOND = ITEM.replace("version: 1", "version: 2").replace("key: permit", "key: licence")


@pytest.fixture
def data(office: Office, tmp_path: Path) -> Path:
    """Two cases under version 1, in the databases of intake and routing; version 2 is published."""
    office.tell(*(accepted(code) for code in CODES))
    office.publish(folder(tmp_path, SECOND))
    office.plans = Plans(departments=office.plans.departments)
    database = Database.open("intake", data=tmp_path / "data")
    migrate(database)
    rest = {"item": "x", "item_version": 1, "received_at": NOW, "secret": "s", "salt": "s"}
    with database.transaction() as tx:
        for code in CODES:
            row = {"code": code, "key": code, "fingerprint": "f", "application": {}, **rest}
            tx.execute(sa.insert(store.cases), row)
    database.close()
    return tmp_path / "data"


def run(data: Path, *words: str) -> Any:
    where = "--data", str(data), "--catalogue", str(data.parent)
    return CliRunner().invoke(app, ["migrate", "building", *words, *where])


def ordered(data: Path) -> list[Any]:
    database = Database.open("intake", data=data)
    with database.reading() as tx:
        rows = tx.execute(sa.select(outbox.c.messages).order_by(outbox.c.id)).scalars().all()
    database.close()
    wires = [Wire.from_plain(plain) for row in rows for plain in row]
    return [decode(wire.type, wire.version, wire.body) for wire in wires]


def test_the_cases_are_shown_and_ordered(data: Path) -> None:
    shown = run(data, "--to", "2", *CODES, *WHO)
    assert shown.exit_code == 0, shown.exception
    assert f"{CODES[0]}: version 1 -> 2, can be carried" in shown.output
    assert "task added: licence (archives)" in shown.output
    assert "task dropped: permit (archives)" in shown.output
    orders = ordered(data)
    assert all(isinstance(it, MigrateCase) for it in orders)
    assert [(it.case, it.version, it.by) for it in orders] == [(it, 2, "陈志远") for it in CODES]


def test_a_dry_run_orders_nothing_and_needs_no_name(data: Path) -> None:
    shown = run(data, "--to", "2", CODES[0], "--dry-run", "--json")
    assert shown.exit_code == 0, shown.exception
    told = json.loads(shown.output)
    assert told["ordered"] is False
    (case,) = told["cases"]
    assert {(it["what"], it["of"]) for it in case["differences"]} == {
        ("added", "licence"),
        ("dropped", "permit"),
    }
    assert (case["refusals"], case["before"], case["after"]) == ([], 1, 2)
    assert ordered(data) == []
    assert isinstance(run(data, "--to", "2", CODES[0]).exception, Invalid)


def test_where_one_cannot_be_carried_none_is_ordered(data: Path, office: Office) -> None:
    more = "  - {name: depth, title: {zh: 深, en: Depth}, type: integer}\nmaterials:\n"
    third = SECOND.replace("version: 2", "version: 3").replace("materials:\n", more, 1)
    third = third.replace("form: [area]", "form: [area, depth]")
    office.publish(folder(data.parent, third))
    office.tell(accepted("330100-2609-0000003-36", item_version=3, form=DEEP))
    shown = run(data, "--to", "3", *CODES, *WHO)
    assert shown.exit_code == 1
    assert "REFUSED: form.depth is missing" in shown.output
    assert "Nothing was ordered." in shown.output
    assert ordered(data) == []


DEEP = {"area": 5, "kind": "A", "depth": 3}


def test_what_is_not_there_is_named(data: Path) -> None:
    unknown = run(data, "--to", "2", "330100-2609-0000009-18", *WHO)
    assert isinstance(unknown.exception, NotFound)
    assert "routing knows no case 330100-2609-0000009-18" in str(unknown.exception)
    unpublished = run(data, "--to", "9", CODES[0], *WHO)
    assert "never published version 9" in str(unpublished.exception)
