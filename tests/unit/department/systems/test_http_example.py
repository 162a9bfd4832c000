"""The example of the guide, as it is printed: its server, its connections.yaml, its commands."""

import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
import yaml

from deploy.local.ports import free_ports
from tests.unit.department.samples import LINK, assigned, supplemented
from tests.unit.department.systems.routing import answers_about
from tests.unit.department.systems.theirs import SECRET
from tests.unit.department.systems.waiting import until

EXAMPLE = Path("services/department/examples/http").absolute()


class OldSystem:
    def __init__(self, folder):
        self.folder = folder
        (self.port,) = free_ports(1)
        self.settings = {"PORT": str(self.port)}

    def start(self, *arguments, **more):
        return subprocess.Popen(
            [sys.executable, "-I", str(EXAMPLE / "old_system.py"), *arguments],
            cwd=self.folder,
            env={**os.environ, **self.settings},
            stdout=subprocess.PIPE,
            text=True,
            **more,
        )

    def run(self, *arguments):
        with self.start(*arguments) as process:
            told, _ = process.communicate(timeout=30)
        assert process.returncode == 0
        return told


@pytest.fixture(scope="module")
def old(tmp_path_factory):
    system = OldSystem(tmp_path_factory.mktemp("old-system"))
    (system.folder / "secrets").write_text(f"2026a {SECRET}\n")
    with system.start("serve") as process:
        assert "taking tasks" in process.stdout.readline()
        yield system
        process.kill()


@pytest.fixture(scope="module")
def office(old, connected):
    text = (EXAMPLE / "connections.yaml").read_text().replace("9100", str(old.port))
    departments = yaml.safe_load(text)["departments"]
    for connection in departments.values():
        connection["http"]["secrets"]["file"] = str(old.folder / "secrets")
    started = connected(departments)
    old.settings["ONEWINDOW"] = started.url
    return started


def given(office):
    task = assigned(str(uuid.uuid4()), "civil-affairs", form={"deceased_name": "赵"})
    office.say(task)
    return task


def listed(old, task):
    return next((it for it in old.run("list").splitlines() if task.assignment in it), "")


def test_a_task_reaches_the_example_and_its_decision_comes_back(office, old):
    task = given(office)
    line = until(lambda: listed(old, task))
    assert '"deceased": "赵"' in line
    assert '"change": "NEW"' in line
    assert f'"link": "{LINK}"' in line
    until(lambda: office.task(task).state == "accepted")
    office.say(supplemented(task.assignment, "civil-affairs"))
    until(lambda: "已改" in listed(old, task))
    told = old.run("decide", task.assignment, "granted", "符合条件")
    assert '"completed"' in told
    (_, sent) = answers_about(office.database, task.assignment)
    assert (sent.outcome, sent.opinion) == ("approved", "符合条件")


def test_a_decision_that_breaks_a_rule_is_told_to_the_example(office, old):
    task = given(office)
    until(lambda: listed(old, task))
    assert '"remark"' in old.run("decide", task.assignment, "refused", "")
    assert '"status"' in old.run("decide", task.assignment, "maybe", "x")


def test_the_example_needs_the_standard_library_alone():
    lines = (EXAMPLE / "old_system.py").read_text().splitlines()
    imported = {
        line.split()[1].split(".")[0] for line in lines if line.startswith(("import ", "from "))
    }
    assert imported <= sys.stdlib_module_names
