"""./onewindow channel, as a person calls it."""

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from deploy.cli import app
from deploy.cli.trying import tried
from services.supervision.people import Person
from services.supervision.recipients import Address
from shared.errors import NotFound
from tests.unit.supervision.receivers import Web, serving, web

PEOPLE = """
people:
  wang:
    name: 王敏
    addresses: {chat: $TELL_CHAT, web: $TELL_WEB}
  li:
    name: 李娜
    addresses: {web: $TELL_NOWHERE}
"""


@pytest.fixture
def far() -> Iterator[Web]:
    with web() as server:
        yield server


@pytest.fixture
def catalogue(tmp_path: Path, far: Web, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "people.yaml").write_text(PEOPLE, encoding="utf-8")
    monkeypatch.setenv("TELL_CHAT", far.url.replace("http", "json", 1) + "/secret-word")
    monkeypatch.setenv("TELL_WEB", f"{far.url}/secret-word")
    return tmp_path


def called(catalogue: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["channel", *arguments, "--catalogue", str(catalogue)])


def test_a_test_message_goes_by_each_of_a_persons_channels(catalogue: Path, far: Web):
    done = called(catalogue, "test", "wang", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)["channels"]
    assert [(it["channel"], it["kind"], it["told"]) for it in told] == [
        ("chat", "JSON", True),
        ("web", "Webhook", True),
    ]
    assert len(far.heard) == 2
    assert far.told[1]["title"] == "督办渠道测试 / Test of a supervision channel"


def test_what_fails_is_said_in_a_table_without_the_address_and_by_the_exit_status(
    catalogue: Path, far: Web
):
    far.status = 500
    done = called(catalogue, "test", "wang")
    assert done.exit_code == 1
    assert "it answered 500" in done.stdout
    assert "secret-word" not in done.output


def test_an_address_that_nothing_holds_is_named_and_is_a_failure(catalogue: Path):
    done = called(catalogue, "test", "li")
    assert done.exit_code == 1
    assert "people.li.addresses.web: the variable TELL_NOWHERE is not set" in done.output


def test_somebody_who_is_not_in_the_file_is_a_sentence(catalogue: Path):
    done = called(catalogue, "test", "zhou")
    assert isinstance(done.exception, NotFound)
    assert "has no 'zhou'; it has li, wang" in str(done.exception)
    done = called(catalogue, "test", "wnag")
    assert "has no 'wnag'; did you mean wang?" in str(done.exception)


def test_a_catalogue_that_is_not_there_is_not_one_without_channels(catalogue: Path):
    done = called(catalogue / "moon", "list")
    assert str(done.exception) == f"--catalogue: there is no folder {catalogue / 'moon'}"


def test_the_list_shows_channels_and_never_addresses(catalogue: Path):
    listed = json.loads(called(catalogue, "list", "--json").stdout)
    assert [(it["person"], it["channel"], it["kind"]) for it in listed["channels"]] == [
        ("wang", "chat", "JSON"),
        ("wang", "web", "Webhook"),
    ]
    table = called(catalogue, "list").stdout
    assert "王敏" in table
    assert "secret-word" not in table


def test_one_that_never_answers_is_given_up():
    gone = threading.Event()

    def nothing(_connection: socket.socket) -> None:
        gone.wait(30)

    with serving(nothing) as port:
        address = Address(channel="web", url=f"http://127.0.0.1:{port}/")
        (result,) = tried(Person(key="wang", name="王敏", addresses=(address,)), 0.2)
        gone.set()
    assert (result.told, result.error) == (False, "nothing was heard within 0.2 seconds")
