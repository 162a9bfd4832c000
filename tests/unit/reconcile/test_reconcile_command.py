"""./onewindow reconcile, as an operator calls it: on the services' own tables."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from deploy.cli import app
from services.intake import store as intake
from services.routing import store as routing
from services.supervision import tables as supervision
from shared.database import Database, Moment
from shared.delivery import outbox, parking
from shared.delivery.topology import SERVICES
from shared.delivery.wire import Wire
from shared.migrating import migrate

NOW = datetime(2026, 9, 18, 1, 0, tzinfo=UTC)
CODE = "330100-2609-0000001-11"


class Town:
    """Databases of all services, in which cases can be written down."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.of = {service: Database.open(service, data=data) for service in SERVICES}
        for database in self.of.values():
            migrate(database)

    def put(self, service: str, table: sa.Table, **known: Any) -> None:
        """A row with these values, and anything in its other columns."""
        rest = {it.name: _anything(it) for it in table.c if not it.nullable}
        with self.of[service].transaction() as tx:
            tx.execute(sa.insert(table), {**rest, **known})

    def issued(self) -> None:
        self.put("intake", intake.cases, code=CODE)

    def everybody_says(self, state: str, number: int = 3) -> None:
        self.issued()
        self.put("intake", intake.tracks, case_code=CODE, number=number, state=state)
        self.put("routing", routing.cases, code=CODE, number=number, state=state)
        self.put("supervision", supervision.cases, code=CODE, number=number, state=state)

    def reconcile(self) -> tuple[int, dict[str, Any]]:
        done = CliRunner().invoke(app, ["reconcile", "--json", "--data", str(self.data)])
        return done.exit_code, json.loads(done.stdout)

    def shown(self) -> str:
        return CliRunner().invoke(app, ["reconcile", "--data", str(self.data)]).stdout


def _anything(column: sa.Column[Any]) -> Any:
    kind = str(column.type)
    if kind.startswith(("INT", "BIGINT")):
        return 1
    if isinstance(column.type, sa.Boolean):
        return False
    if isinstance(column.type, sa.JSON):
        return {}
    return NOW if isinstance(column.type, Moment) else "x"


def wire() -> Wire:
    return Wire(
        message_id="m1",
        type="case.accepted",
        version=1,
        exchange="cases",
        key="case.accepted",
        case=CODE,
        timestamp=0,
        traceparent="",
        body=b"{}",
    )


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path)
    yield town
    for database in town.of.values():
        database.close()


@pytest.mark.parametrize(
    ("state", "counted"),
    [("handling", "open"), ("decided", "decided"), ("withdrawn", "withdrawn")],
)
def test_a_code_that_everybody_knows_balances(town: Town, state: str, counted: str) -> None:
    town.everybody_says(state)
    status, found = town.reconcile()
    assert (status, found["balanced"], found["issued"], found[counted]) == (0, True, 1, 1)
    assert "balanced" in town.shown()


def test_a_code_that_routing_never_heard_of_is_named(town: Town) -> None:
    town.issued()
    status, found = town.reconcile()
    assert (status, found["balanced"]) == (1, False)
    assert found["differences"] == [
        {"code": CODE, "problem": "routing does not know it", "because": ""}
    ]
    assert f"{CODE}  DIFFERS: routing does not know it" in town.shown()


def test_a_message_that_is_not_sent_yet_explains_it(town: Town) -> None:
    town.issued()
    with town.of["intake"].transaction() as tx:
        outbox.keep(tx, [wire()])
    status, found = town.reconcile()
    assert (status, found["open"]) == (0, 1)
    assert "in the outbox of intake" in found["differences"][0]["because"]


def test_a_message_that_was_set_aside_makes_its_code_parked_also_once_given_up(town: Town) -> None:
    town.issued()
    with town.of["routing"].transaction() as tx:
        parking.park(tx, wire(), sender="intake", direction="incoming", reason="no", now=NOW)
    assert town.reconcile()[1]["parked"] == 1
    with town.of["routing"].transaction() as tx:
        (it,) = parking.listed(tx)
        parking.discard(tx, it.id, by="li", now=NOW, note="handed in twice")
    status, found = town.reconcile()
    assert (status, found["parked"]) == (0, 1)
    assert found["differences"][0]["because"] == "case.accepted is discarded in routing"


def test_readers_of_the_stream_that_say_something_else_are_named(town: Town) -> None:
    town.everybody_says("decided")
    with town.of["supervision"].transaction() as tx:
        tx.execute(sa.update(supervision.cases).values(number=2, state="handling"))
    status, found = town.reconcile()
    assert status == 1
    assert found["differences"][0]["problem"] == "supervision is at step 2, routing at 3"


def test_a_folder_without_cases_is_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["reconcile", "--data", str(tmp_path)])
    assert "There are no cases in" in str(done.exception)
    assert done.exit_code != 0
