"""`onewindow officer`, as an operator calls it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy.cli import app
from shared.accounts import keeping, passwords, store
from shared.database import Database
from shared.errors import Invalid, NotFound, OneWindowError
from shared.migrating import migrate


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The database of a department service."""
    monkeypatch.setenv("ONEWINDOW_DATA", str(tmp_path))
    monkeypatch.setenv("ONEWINDOW_HOME", str(tmp_path / "home"))
    opened = Database.open("department", data=tmp_path)
    migrate(opened)
    yield opened
    opened.close()


def call(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["officer", *arguments])
    if isinstance(done.exception, OneWindowError):
        raise done.exception
    assert done.exit_code == 0, done.stderr
    return done.stdout.strip()


def add(name="li.ming", *roles: str) -> str:
    chosen = [option for role in roles for option in ("--role", role)]
    return call("add", name, "--unit", "archives", "--name", "李明", *chosen)


def listed():
    return json.loads(call("list", "--json"))


def test_an_account_is_made_with_a_password_that_opens_it_and_is_kept_as_a_hash(database):
    password = add("li.ming", "head", "officer")
    (shown,) = listed()
    assert shown == {
        "account": "li.ming",
        "name": "李明",
        "unit": "archives",
        "roles": ["officer", "head"],
        "origin": "local",
        "state": "first password",
    }
    with database.reading() as tx:
        kept = store.account(tx, "li.ming")
    assert password not in str(kept)
    assert kept.password_hash.startswith("$argon2id$")
    assert passwords.matches(password, kept.password_hash)


def test_a_reset_shows_another_password_and_opens_a_disabled_account_again(database):
    first = add()
    call("disable", "li.ming")
    assert listed()[0]["state"] == "disabled"
    second = json.loads(call("reset", "li.ming", "--json"))["password"]
    assert second != first
    assert listed()[0]["state"] == "first password"


def test_roles_are_changed_and_strange_ones_refused(database):
    add()
    call("roles", "li.ming", "administrator")
    assert listed()[0]["roles"] == ["administrator"]
    with pytest.raises(Invalid, match="must be some of officer, head, administrator, not king"):
        call("roles", "li.ming", "king")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("add", "li ming", "--unit", "archives", "--name", "李"), "name: "),
        (
            ("add", "li.wei", "--unit", "城建档案馆", "--name", "李"),
            "is not the key of a department",
        ),
        (("list", "--service", "intake"), "'intake' has no pages"),
    ],
)
def test_what_is_wrong_is_named(database, arguments, sentence):
    with pytest.raises(Invalid, match=sentence):
        call(*arguments)


def test_a_name_is_taken_once_and_an_unknown_one_is_not_found(database):
    add()
    with pytest.raises(Invalid):
        add()
    with pytest.raises(NotFound):
        call("reset", "nobody")


def test_every_change_is_written_down(database):
    add()
    call("roles", "li.ming", "head")
    call("disable", "li.ming")
    with database.reading() as tx:
        lines = store.lines_of(tx, "li.ming")
    assert [line["what"] for line in lines][::-1] == ["added", "roles changed", "disabled"]
    assert {line["by_whom"] for line in lines} == {"operator"}
    with database.reading() as tx, pytest.raises(NotFound):
        keeping.named(tx, "li.ming", "tax")


@pytest.mark.parametrize(
    ("service", "unit", "said"),
    [
        ("department", "archive", "unit: the catalogue has no 'archive'; did you mean archives"),
        ("supervision", "330199", "no code of GB/T 2260 is 330199"),
    ],
)
def test_an_account_of_a_unit_that_is_not_there_is_refused(
    database, monkeypatch: pytest.MonkeyPatch, service: str, unit: str, said: str
):
    monkeypatch.setenv("ONEWINDOW_CATALOGUE", "deploy/catalogue")
    with pytest.raises(Invalid, match=said):
        call("add", "li.ming", "--service", service, "--unit", unit, "--name", "李明")
    assert listed() == []
