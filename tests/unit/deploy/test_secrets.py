"""Passwords of a stack elsewhere: made once, told to nobody else, handed to a program as a file."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.healthy import address
from deploy.local.hashed import KeptFile, hashed
from deploy.local.places import ROOT
from deploy.production.secret_files import PASSWORDS, Servers, read_passwords, write_secrets
from deploy.start import resolved
from shared.errors import Invalid, NotFound

SERVICES = ("intake", "routing")
WORKERS = ("department.tax",)


def write(folder: Path, **more) -> tuple[str, ...]:
    given = {"services": SERVICES, "departments": WORKERS, **more}
    return write_secrets(folder, Servers(), **given)


def test_every_password_is_its_own_and_is_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    made = write(folder)
    passwords = read_passwords(folder / PASSWORDS)
    assert set(made) == set(passwords)
    assert len(set(passwords.values())) == len(passwords) == 7
    assert min(map(len, passwords.values())) == 48
    assert write(folder) == ()
    assert read_passwords(folder / PASSWORDS) == passwords


def test_a_department_that_joins_later_changes_nothing_for_the_others(tmp_path: Path) -> None:
    write(tmp_path)
    before = (tmp_path / "department.tax.amqp-uri").read_text()
    assert write(tmp_path, departments=(*WORKERS, "department.fire")) == ("broker/department.fire",)
    assert (tmp_path / "department.tax.amqp-uri").read_text() == before
    assert "department.fire:" in (tmp_path / "department.fire.amqp-uri").read_text()


def test_one_password_can_be_renewed(tmp_path: Path) -> None:
    write(tmp_path)
    before = {file.name: file.read_text() for file in tmp_path.iterdir()}
    assert write(tmp_path, renew=["broker/department.tax"]) == ("broker/department.tax",)
    after = {file.name: file.read_text() for file in tmp_path.iterdir()}
    changed = {name for name, text in after.items() if before[name] != text}
    assert changed == {PASSWORDS, "department.tax.amqp-uri"}
    with pytest.raises(NotFound, match=r"broker/department\.nobody"):
        write(tmp_path, renew=["broker/department.nobody"])


def test_a_password_that_was_told_once_is_kept_as_its_hash_alone(tmp_path: Path) -> None:
    write(tmp_path)
    kept = KeptFile(tmp_path / PASSWORDS)
    kept.keep("broker/department.tax", hashed("told once", datetime(2026, 9, 18, tzinfo=UTC)))
    (tmp_path / "department.tax.amqp-uri").unlink()
    assert write(tmp_path) == ()
    assert not (tmp_path / "department.tax.amqp-uri").exists()
    texts = [file.read_text() for file in tmp_path.iterdir()]
    assert [text for text in texts if "told once" in text] == []
    assert (tmp_path / PASSWORDS).stat().st_mode & 0o777 == 0o444


def test_where_the_servers_are_is_remembered(tmp_path: Path) -> None:
    assert Servers.told(tmp_path) == Servers()
    first = Servers.told(tmp_path, broker="10.0.0.1:5671/city", database="[::1]:5432/city")
    write_secrets(tmp_path, first, services=SERVICES, departments=WORKERS)
    assert Servers.told(tmp_path) == first
    moved = Servers.told(tmp_path, broker="broker.example.gov:5672/city")
    assert moved == Servers(broker="broker.example.gov:5672/city", database=first.database)


@pytest.mark.parametrize("place", ["nonsense", "host/x", "host:5672", "a:b@host:5672/x", "h:1/x/y"])
def test_a_server_that_is_not_named_in_full_is_refused(place: str) -> None:
    with pytest.raises(Invalid, match="is no HOST:PORT/NAME such as broker:5672/onewindow"):
        Servers(broker=place)


def test_only_the_owner_may_enter_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    folder.mkdir(mode=0o755)
    write(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o444}


def test_the_first_user_of_the_broker_is_told_in_its_own_format(tmp_path: Path) -> None:
    write(tmp_path)
    secret = json.loads((tmp_path / PASSWORDS).read_text())["broker/administrator"]
    assert (tmp_path / "broker-administrator.conf").read_text().splitlines() == [
        "default_user = onewindow-administrator",
        f"default_pass = {secret}",
    ]


def test_a_program_finds_the_text_of_its_files(tmp_path: Path) -> None:
    (tmp_path / "uri").write_text("amqp://somewhere\n")
    environ = {"AMQP_URI_FILE": str(tmp_path / "uri"), "SSL_CERT_FILE": "/its/own", "HOME": "/"}
    found = resolved(environ)
    assert found == {"AMQP_URI": "amqp://somewhere", "SSL_CERT_FILE": "/its/own", "HOME": "/"}


@pytest.mark.parametrize("text", [None, " \n"])
def test_a_secret_that_is_missing_or_empty_is_named(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "uri").write_text(text)
    with pytest.raises(Invalid, match=r"^AMQP_URI_FILE: .*/uri"):
        resolved({"AMQP_URI_FILE": str(tmp_path / "uri")})


def test_the_program_takes_the_place_of_the_starter(tmp_path: Path) -> None:
    (tmp_path / "database").write_text("postgresql://there")
    code = "import os; print(os.getpid(), os.environ['ONEWINDOW_DATABASE'])"
    starter = subprocess.Popen(
        [sys.executable, "-m", "deploy.start", sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "ONEWINDOW_DATABASE_FILE": str(tmp_path / "database")},
        stdout=subprocess.PIPE,
        text=True,
    )
    said, _ = starter.communicate(timeout=30)
    assert said.split() == [str(starter.pid), "postgresql://there"]


def test_the_health_check_asks_where_the_service_listens() -> None:
    assert address("0.0.0.0:8800") == "http://127.0.0.1:8800/health"
    assert address("10.0.0.7:8801") == "http://10.0.0.7:8801/health"
