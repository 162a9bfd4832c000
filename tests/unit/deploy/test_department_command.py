"""`onewindow department`, as an operator calls it for departments that work at the desk."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from deploy.cli import app
from deploy.cli.department.options import span
from services.department import store
from services.department.handlers import digest_of
from shared.database import Database
from shared.errors import OneWindowError
from shared.migrating import migrate

NOW = datetime(2100, 1, 1, tzinfo=UTC)
"""Later than any token's end."""


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of a department service."""
    monkeypatch.setenv("ONEWINDOW_DATA", str(tmp_path))
    monkeypatch.setenv("ONEWINDOW_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("AMQP_URI", raising=False)
    database = Database.open("department", data=tmp_path)
    migrate(database)
    database.close()
    return tmp_path


def call(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["department", *arguments])
    if isinstance(done.exception, OneWindowError):
        raise done.exception
    assert done.exit_code == 0, done.stderr
    return done.stdout.strip()


def listed(department: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(call("tokens", department, "--json"))
    return found


def opens(data: Path, token: str) -> str | None:
    database = Database.open("department", data=data)
    with database.reading() as tx:
        department = store.department_with(tx, digest_of(token), NOW)
    database.close()
    return department


def test_a_token_that_was_made_is_listed_without_itself_and_ends_when_it_is_revoked(data: Path):
    old = call("token", "archives", "--label", "柜台")
    new = call("token", "archives")
    assert [opens(data, it) for it in (old, new)] == ["archives", "archives"]
    assert [it["label"] for it in listed("archives")] == ["柜台", ""]
    assert listed("neighbourhood") == []
    assert old not in call("tokens", "archives")

    lost = listed("archives")[0]["id"]
    call("revoke", "archives", lost)
    assert [opens(data, it) for it in (old, new)] == [None, "archives"]
    assert [it["revoked_at"] is None for it in listed("archives")] == [False, True]
    assert f"{lost}  made" in call("tokens", "archives")
    with pytest.raises(OneWindowError, match=f"no valid token {lost}: see `onewindow department"):
        call("revoke", "archives", lost)


@pytest.mark.usefixtures("data")
def test_a_token_of_another_department_is_not_revoked():
    call("token", "archives")
    with pytest.raises(OneWindowError, match="neighbourhood has no valid token"):
        call("revoke", "neighbourhood", listed("archives")[0]["id"])


@pytest.mark.usefixtures("data")
def test_each_way_to_plug_in_is_for_departments_that_go_that_way():
    assert json.loads(call("list", "--json"))["archives"]["way"] == "desk"
    with pytest.raises(OneWindowError, match="planning has a worker: give it its uri"):
        call("token", "planning")
    with pytest.raises(OneWindowError, match="archives works at the desk: give it a token"):
        call("uri", "archives")
    with pytest.raises(OneWindowError, match=r"'planing' is none of .*planning"):
        call("uri", "planing")


@pytest.mark.usefixtures("data")
def test_a_command_that_needs_the_broker_says_where_none_runs(tmp_path: Path):
    names = ("--zh", "排水管理处", "--en", "Drainage Office")
    for command in (("add", "drainage", *names), ("rotate", "tax"), ("remove", "tax")):
        with pytest.raises(OneWindowError, match="No stack is running here"):
            call(*command)
    elsewhere = ("--passwords", str(tmp_path / "passwords.json"))
    with pytest.raises(OneWindowError, match="AMQP_URI: is not set"):
        call("rotate", "tax", *elsewhere)


@pytest.mark.parametrize("text", ["24", "1w", "-1h", ""])
def test_a_grace_that_is_no_span_of_time_is_refused(text: str):
    with pytest.raises(OneWindowError, match=r"keep: .* is no span of time such as 30m"):
        span(text, "keep")
    assert [span(it, "keep") for it in ("0", "90m", "24h", "7d")] == [
        timedelta(),
        timedelta(minutes=90),
        timedelta(days=1),
        timedelta(days=7),
    ]
