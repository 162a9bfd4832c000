"""`./onewindow broker setup` and `./onewindow database setup`, on real servers."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import amqp
import pika
import psycopg2
import pytest

from deploy.local.places import ROOT
from deploy.local.postgres import Postgres
from deploy.local.services import CATALOGUE, SERVICES, departments
from deploy.production.broker import parked_stays
from deploy.production.secret_files import database_role
from shared.database import Database
from shared.delivery.topology import topology
from shared.migrating import migrate
from tests.fixtures.broker import Vhost


def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    clean = {name: it for name, it in os.environ.items() if name != "AMQP_URI"}
    return subprocess.run(
        [sys.executable, "-m", "deploy", *arguments],
        cwd=ROOT,
        env={**clean, **environ},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def passwords(vhost: Vhost, tmp_path: Path) -> Path:
    """Passwords as `./onewindow secrets` keeps them; users are the whole test node's."""
    users = [user.name for user in topology(departments(CATALOGUE)).users]
    file = tmp_path / "passwords.json"
    file.write_text(json.dumps({f"broker/{user}": vhost.passwords.of(user) for user in users}))
    return file


def set_up(vhost: Vhost, passwords: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return run(
        *("broker", "setup", "--passwords", str(passwords), *more),
        AMQP_URI=vhost.uri(),
        ONEWINDOW_BROKER_API=vhost.address.api,
    )


def exists(vhost: Vhost, user: str, queue: str) -> bool:
    """Whether a user, signed in with its own password, may read this queue."""
    host, port = vhost.address.host, vhost.address.port
    secret = vhost.passwords.of(user)
    with amqp.Connection(
        f"{host}:{port}", userid=user, password=secret, virtual_host=vhost.name
    ) as connection:
        try:
            connection.channel().basic_consume(queue)
        except (amqp.exceptions.NotFound, amqp.exceptions.AccessRefused):
            return False
        return True


def test_broker_setup_makes_all_of_it_and_may_be_repeated(vhost: Vhost, passwords: Path) -> None:
    for _ in range(2):
        done = set_up(vhost, passwords, "--partitions", "2")
        assert (done.returncode, done.stderr.count("\n")) == (0, 1), done.stderr
    wanted = topology(departments(CATALOGUE), partitions=2)
    assert {queue.name for queue in vhost.queues()} == {queue.name for queue in wanted.queues}
    assert done.stdout.split() == [user.name for user in wanted.users]
    assert exists(vhost, "routing", "routing.1")
    assert exists(vhost, "department.tax", "department.tax")
    assert not exists(vhost, "department.tax", "department.fire")
    assert vhost.passwords.of("routing") not in done.stdout + done.stderr


def test_parked_queues_keep_what_a_newer_broker_would_drop(vhost: Vhost, passwords: Path) -> None:
    assert set_up(vhost, passwords).returncode == 0
    policy = vhost.admin._call("GET", f"policies/{vhost.name}/onewindow-parked")
    assert policy["definition"] == parked_stays(vhost.name)["definition"]
    assert policy["definition"]["delivery-limit"] > 1_000_000
    covered = {queue.name for queue in vhost.queues() if re.search(policy["pattern"], queue.name)}
    assert covered == {f"{service}.parked" for service in SERVICES}


def test_a_department_without_a_password_is_told_how_to_get_one(
    vhost: Vhost, passwords: Path
) -> None:
    kept = json.loads(passwords.read_text())
    del kept["broker/department.tax"]
    passwords.write_text(json.dumps(kept))
    done = set_up(vhost, passwords)
    assert done.returncode == 2
    assert done.stderr == (
        "onewindow: there is no password broker/department.tax yet:"
        " run `./onewindow secrets` again\n"
    )
    assert vhost.queues() == ()


def test_a_department_joins_a_stack_elsewhere_and_the_setup_keeps_its_password(
    vhost: Vhost, passwords: Path, tmp_path: Path
) -> None:
    assert set_up(vhost, passwords).returncode == 0
    catalogue = shutil.copytree(CATALOGUE, tmp_path / "catalogue")
    there = {"AMQP_URI": vhost.uri(), "ONEWINDOW_BROKER_API": vhost.address.api}
    place = ("--passwords", str(passwords), "--catalogue", str(catalogue))
    key = f"drainage-{vhost.name}"  # users belong to the whole broker
    names = ("--zh", "排水管理处", "--en", "Drainage Office")
    done = run("department", "add", key, *names, *place, **there)
    assert done.returncode == 0, done.stderr
    uri = done.stdout.strip()
    assert pika.URLParameters(uri).credentials.password not in passwords.read_text()
    for more in ((), ("--catalogue", str(catalogue))):
        assert set_up(vhost, passwords, *more).returncode == 0
        connection = pika.BlockingConnection(pika.URLParameters(uri))
        connection.channel().basic_consume(f"department.{key}", lambda *_: None)
        connection.close()
    rotated = run("department", "rotate", key, *place, **there)
    assert rotated.returncode == 0, rotated.stderr
    with pytest.raises(pika.exceptions.ProbableAuthenticationError):
        pika.BlockingConnection(pika.URLParameters(uri))
    listed = json.loads(run("department", "list", "--json", *place, **there).stdout)
    assert (listed[key]["waiting"], listed[key]["consumers"]) == (0, 0)


def test_broker_setup_needs_an_address_and_a_broker(passwords: Path) -> None:
    missing = run("broker", "setup", "--passwords", str(passwords))
    assert (missing.returncode, missing.stderr.count("\n")) == (2, 1)
    assert "AMQP_URI: is not set" in missing.stderr
    away = run(
        *("broker", "setup", "--passwords", str(passwords)),
        AMQP_URI="amqp://a:b@127.0.0.1:1/x",
        ONEWINDOW_BROKER_API="http://127.0.0.1:1",
    )
    assert (away.returncode, away.stderr.count("\n")) == (2, 1)
    assert "does not answer" in away.stderr


class Roles:
    """A database in which `database setup` has been run, seen by each service."""

    def __init__(self, server: Postgres, passwords: Path) -> None:
        self.server, self.file = server, passwords
        self.passwords = {f"database/{name}": f"secret of {name}" for name in SERVICES}
        self.administrator = server.create_database("production")

    def set_up(self) -> subprocess.CompletedProcess[str]:
        self.file.write_text(json.dumps(self.passwords))
        return run(
            *("database", "setup", "--passwords", str(self.file)),
            ONEWINDOW_DATABASE=self.administrator,
        )

    def url(self, service: str) -> str:
        secret = self.passwords[f"database/{service}"].replace(" ", "%20")
        place = self.administrator.rpartition("@")[2]
        return f"postgresql://{database_role(service)}:{secret}@{place}"

    def ask(self, service: str, statement: str) -> list[tuple[object, ...]]:
        connection = psycopg2.connect(self.url(service))
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()


@pytest.fixture
def roles(postgres_of_its_own: Postgres, tmp_path: Path) -> Iterator[Roles]:
    found = Roles(postgres_of_its_own, tmp_path / "passwords.json")
    done = found.set_up()
    assert (done.returncode, done.stdout.split()) == (0, [database_role(it) for it in SERVICES])
    yield found


def test_each_service_can_make_its_own_tables_and_touch_no_others(roles: Roles) -> None:
    for service in SERVICES:
        database = Database.open(service, url=roles.url(service))
        migrate(database)
        migrate(database)
        database.close()
    for service in SERVICES:
        assert roles.ask(service, f"SELECT count(*) FROM {service}.inbox") == [(0,)]
        for other in set(SERVICES) - {service}:
            for statement in (
                f"SELECT * FROM {other}.inbox",
                f"INSERT INTO {other}.inbox VALUES ('1', now())",
                f"CREATE TABLE {other}.planted (id int)",
                f"DROP SCHEMA {other} CASCADE",
            ):
                with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                    roles.ask(service, statement)
    owners = "SELECT nspname, nspowner::regrole::text FROM pg_namespace WHERE nspname IN %s"
    connection = psycopg2.connect(roles.administrator)
    with connection, connection.cursor() as cursor:
        cursor.execute(owners, (SERVICES,))
        assert dict(cursor.fetchall()) == {name: database_role(name) for name in SERVICES}
    connection.close()


def test_a_service_can_become_nobody_else_and_write_nowhere_else(roles: Roles) -> None:
    for statement in (
        "SET ROLE onewindow_intake",
        "CREATE TABLE public.planted (id int)",
        "CREATE ROLE planted",
        "COPY (SELECT 1) TO '/tmp/planted'",
    ):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            roles.ask("routing", statement)


def test_a_renewed_password_is_the_only_one_that_opens(roles: Roles) -> None:
    before = roles.url("intake")
    roles.passwords["database/intake"] = "another"
    assert roles.set_up().returncode == 0
    assert roles.ask("intake", "SELECT 1") == [(1,)]
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(before)


def test_a_stranger_on_the_server_cannot_even_enter(roles: Roles) -> None:
    roles.server._execute("CREATE ROLE stranger LOGIN PASSWORD 'stranger'")
    place = roles.administrator.rpartition("@")[2]
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        psycopg2.connect(f"postgresql://stranger:stranger@{place}")


def test_database_setup_needs_the_address_of_a_database(tmp_path: Path) -> None:
    file = tmp_path / "passwords.json"
    file.write_text(json.dumps({f"database/{name}": "x" for name in SERVICES}))
    done = run("database", "setup", "--passwords", str(file), ONEWINDOW_DATABASE="")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "ONEWINDOW_DATABASE" in done.stderr
