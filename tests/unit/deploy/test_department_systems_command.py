"""`department systems`: the file is checked, and how each line stands is shown."""

import json
import os
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy.cli import app
from deploy.local.process import ProcessId
from deploy.local.state import StackState
from services.department.systems import store
from shared.database import Database
from shared.errors import Invalid
from shared.migrating import migrate

README = Path("services/department/README.md").read_text("utf-8")
EXAMPLE = Path("services/department/examples/http")


@pytest.fixture
def connections(tmp_path):
    text = (EXAMPLE / "connections.yaml").read_text("utf-8")
    (tmp_path / "connections.yaml").write_text(text)
    (tmp_path / "secrets").write_text(f"2026a {'s' * 32}\n")
    return tmp_path / "connections.yaml"


def run(*arguments, **environment):
    done = CliRunner().invoke(app, ["department", "systems", *arguments], env=environment)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.stdout


def test_a_file_without_fault_is_told_to_be_so(connections):
    run("--check", "--connections", str(connections))


def test_a_fault_is_told_by_its_field(connections):
    connections.write_text(connections.read_text().replace("url:", "uri:"))
    with pytest.raises(Invalid, match=r"departments.civil-affairs.http.tasks.uri: .*did you mean"):
        run("--check", ONEWINDOW_CONNECTIONS=str(connections))


def test_a_department_whose_tasks_are_not_kept_here_is_told(connections):
    connections.write_text(connections.read_text().replace("civil-affairs", "tax"))
    with pytest.raises(Invalid, match=r"departments.tax: has no desk: true"):
        run("--check", "--connections", str(connections))


def test_without_a_file_it_is_asked_for():
    with pytest.raises(Invalid, match="--connections"):
        run()


def test_how_a_line_stands_is_shown(connections, tmp_path):
    database = Database.open("department", data=tmp_path)
    migrate(database)
    now = datetime.now(UTC)
    with database.transaction() as tx:
        store.add(tx, [("civil-affairs", "a-1", "assigned", "")], now)
        line = store.line(tx, "civil-affairs", to_change=True)
        for _ in range(3):
            line = line.failed(now, "the address does not answer")
        store.keep_line(tx, line)
    database.close()
    where = {"ONEWINDOW_DATA": str(tmp_path), "ONEWINDOW_CONNECTIONS": str(connections)}
    (shown,) = json.loads(run("--json", **where))
    assert (shown["department"], shown["line"], shown["waiting"]) == ("civil-affairs", "open", 1)
    assert "civil-affairs: the address does not answer" in run(**where)


@pytest.mark.parametrize("way", ["pull", "folder"])
def test_the_connections_that_the_guide_shows_are_right(way, tmp_path):
    shown = [it for it in re.findall(r"```yaml\n(.*?)```", README, re.DOTALL) if f"{way}:" in it]
    (tmp_path / "connections.yaml").write_text(shown[0])
    run("--check", "--connections", str(tmp_path / "connections.yaml"))


def test_the_file_of_the_running_stack_is_meant_where_none_is_named(
    connections, tmp_path, monkeypatch
):
    monkeypatch.setenv("ONEWINDOW_HOME", str(tmp_path))
    (tmp_path / "stack").mkdir()
    this = ProcessId.of(os.getpid())
    state = StackState(supervisor=this, ready=True, data="", connections=str(connections))
    state.write(tmp_path / "stack" / "stack.json")
    run("--check")
    connections.unlink()
    with pytest.raises(Invalid, match=f"{connections} cannot be read"):
        run("--check")


def test_the_file_of_the_catalogue_is_meant_where_it_has_one(connections, tmp_path):
    catalogue = tmp_path / "catalogue"
    shutil.copytree("deploy/catalogue", catalogue)
    with pytest.raises(Invalid, match=r"catalogue/connections.yaml is not there.*--connections"):
        run("--check", "--catalogue", str(catalogue))
    for name in ("connections.yaml", "secrets"):
        shutil.copy(tmp_path / name, catalogue / name)
    run("--check", "--catalogue", str(catalogue))
