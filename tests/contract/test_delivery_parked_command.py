"""`onewindow parked`, on both databases, with several services."""

import json
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from deploy.cli import do_parked
from shared.database import Database
from shared.delivery import parking, tables
from shared.delivery.wire import Wire
from shared.delivery.work import Work
from shared.errors import NotFound

NOW = datetime(2026, 9, 18, 9, 30, tzinfo=UTC)


def wire(number: int, body: bytes = b"{") -> Wire:
    return Wire(
        message_id=f"m-{number}",
        type="case.accepted",
        version=1,
        exchange="cases",
        key="case.accepted",
        case=f"330100-2609-{number:07d}-12",
        timestamp=1,
        traceparent="",
        body=body,
    )


@pytest.fixture(params=["sqlite", "postgresql"])
def services(request, tmp_path, monkeypatch):
    """Routing and intake with a parked message each; the other services have not run yet."""
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgres_database")
    monkeypatch.setenv("ONEWINDOW_DATABASE", url)
    monkeypatch.setenv("ONEWINDOW_DATA", str(tmp_path))
    monkeypatch.delenv("ONEWINDOW_TIME", raising=False)
    monkeypatch.setenv("LOGNAME", "li")
    for number, service in enumerate(("intake", "routing"), start=1):
        database = Database.open(service, url=url, data=tmp_path)
        with database.transaction() as tx:
            if url:
                tx.execute(sa.text(f"create schema {service}"))
            tables.metadata.create_all(tx)
            work = Work(tx, NOW, service)
            work.park(
                wire(number), sender="intake", direction=parking.INCOMING, reason="[bold]not JSON"
            )
        database.close()


def run(*arguments: str, status: int = 0) -> str:
    done = CliRunner().invoke(do_parked.app, arguments)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == status, done.output
    return done.stdout


def listed(*more: str) -> list[dict]:
    return json.loads(run("list", "--json", *more))


def test_all_services_are_listed_with_the_reason(services):
    found = listed()
    assert [(it["service"], it["case"][-10:]) for it in found] == [
        ("intake", "0000001-12"),
        ("routing", "0000002-12"),
    ]
    assert found[0]["parked_at"] == "2026-09-18T17:30:00+08:00"
    printed = run("list")
    for it in found:
        (line,) = (line for line in printed.splitlines() if it["id"] in line)
        assert it["case"] in line
        assert "[bold]not JSON" in line


def test_one_is_shown_with_its_body(services):
    parked_id = listed()[1]["id"]
    shown = json.loads(run("show", parked_id, "--json"))
    assert (shown["service"], shown["body"], shown["exchange"]) == ("routing", "{", "cases")
    assert run("show", parked_id).endswith("\n\n{\n")


def test_what_is_done_leaves_a_record_of_who_and_why(services):
    first, second = (it["id"] for it in listed())
    run("redrive", first)
    run("discard", second, "--why", "handed in again by post")
    assert [it["state"] for it in listed()] == ["redrive"]
    records = listed("--all")
    assert [(it["state"], it["settled_by"], it["note"]) for it in records] == [
        ("redrive", "li", ""),
        ("discarded", "li", "handed in again by post"),
    ]
    assert all(it["settled_at"] for it in records)
    for again in (["redrive", first], ["discard", second, "--why", "x"], ["show", "nothing"]):
        with pytest.raises(NotFound):
            run(*again)


def test_a_message_is_not_given_up_without_a_reason(services):
    parked_id = listed()[0]["id"]
    run("discard", parked_id, status=2)
    with pytest.raises(Exception, match="--why"):
        run("discard", parked_id, "--why", " ")
    assert len(listed()) == 2


def test_where_no_service_ever_ran_that_is_said(tmp_path):
    with pytest.raises(NotFound, match="onewindow up"):
        run("list", "--data", str(tmp_path))
