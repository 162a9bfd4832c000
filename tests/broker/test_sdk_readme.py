"""The guide's own programs, run as they are printed."""

import os
import re
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from onewindow_worker.counts import Counts
from onewindow_worker.exposition import text_of
from onewindow_worker.settings import Settings

from tests.broker.sdk_office import DEPARTMENTS, SOURCE, Office, WorkerProcess
from tests.unit.sdk.messages import DIGEST

README = SOURCE.parent / "README.md"
PROGRAM = re.compile(r"```python\n# (\w+\.py)\n(.*?)```", re.DOTALL)
PLAN = {"name": "site-plan", "digest": DIGEST, "media_type": "application/pdf", "size": 9}


@pytest.fixture
def office(vhost, tmp_path):
    vhost.set_up(DEPARTMENTS)
    for name, source in PROGRAM.findall(README.read_text()):
        (tmp_path / name).write_text(source)
    with closing(Office(vhost.uri, tmp_path)) as office:
        yield office


def run(office: Office, module: str, **variables: str) -> WorkerProcess:
    given = dict(re.findall(r"export (ONEWINDOW_WORKER_\w+)=(\S+)", README.read_text()))
    assert set(given) == {"ONEWINDOW_WORKER_DEPARTMENT", "ONEWINDOW_WORKER_URI"}
    given["ONEWINDOW_WORKER_URI"] = office.uri_of("department.planning")
    return WorkerProcess(office.folder, {**given, **variables}, worker=f"{module}:worker")


def python(folder: Path, *arguments: str) -> None:
    env = {**os.environ, "PYTHONPATH": str(SOURCE)}
    subprocess.run([sys.executable, *arguments], cwd=folder, env=env, check=True)


def test_the_first_worker_of_the_guide_answers(office):
    office.assign(1, form={"plot_ratio": 1.8}, materials=[PLAN])
    office.assign(2, form={"plot_ratio": 3.0}, materials=[PLAN])
    office.assign(3, form={"plot_ratio": 1.8}, materials=[])
    with run(office, "planning") as process:
        results = {each.assignment: each.body for each in office.first(3)}
        assert process.said("Connected to the broker")
        assert process.stop() == 0
    assert results["a-1"]["results"] == {"plot_ratio": 1.8}
    assert results["a-2"]["outcome"] == "rejected"
    assert results["a-3"]["missing"][0]["subject"] == "site-plan"


def test_the_handler_of_the_guide_is_tested_as_the_guide_says(office):
    environment = (
        "import os; os.environ.update(ONEWINDOW_WORKER_DEPARTMENT='planning',"
        " ONEWINDOW_WORKER_URI='amqp://localhost');"
    )
    test = "import test_planning; test_planning.test_a_high_plot_ratio_is_rejected()"
    python(office.folder, "-c", environment + test)


def test_the_long_work_of_the_guide_is_answered_by_another_program(office):
    office.assign(1)
    with run(office, "survey"):
        office.first(1)
        assignment = (office.folder / "surveys.txt").read_text().strip()
        python(office.folder, "survey_done.py", assignment)
        results = office.first(2)
    assert [each.type for each in results] == ["task.accepted", "task.completed"]
    assert results[1].body["opinion"] == "Surveyed on site."


def test_the_notes_of_the_guide_are_told_before_the_answer(office):
    office.assign(1)
    with run(office, "planning_notes"):
        results = office.first(3)
    assert [each.type for each in results] == ["task.noted", "task.noted", "task.completed"]
    assert [each.body.get("percent") for each in results] == [40, 80, None]


def test_every_metric_is_in_the_guide_by_its_name():
    guide = README.read_text()
    told = set(re.findall(r"`(\w+)`", guide[guide.index("## Watching it") :]))
    lines = text_of(Counts(), "planning").splitlines()
    names = {line.split()[2] for line in lines if line.startswith("# TYPE ")}
    assert {name.removeprefix("onewindow_worker_") for name in names} <= told


def test_the_health_check_of_the_guide_is_the_command_that_is_there(office):
    (given,) = re.findall(
        r"^venv/bin/python (-m onewindow_worker healthy) (\S+)$", README.read_text(), re.M
    )
    file = office.folder / "planning.health"
    variables = {"ONEWINDOW_WORKER_HEALTH_FILE": str(file)}
    office.assign(1, form={"plot_ratio": 1.8}, materials=[PLAN])
    with run(office, "planning", **variables):
        office.first(1)
        office.until(lambda: '"connected"' in file.read_text())
        python(office.folder, *given[0].split(), str(file))


def test_every_setting_is_in_the_guide_with_its_default():
    rows = re.findall(
        r"^\| `ONEWINDOW_WORKER_\w+` \| `(\w+)` \| (.*?) \|", README.read_text(), re.M
    )
    told = {name: default.strip("`") for name, default in rows}
    assert told.pop("journal") == "<key>.journal"
    for name, default in told.items():
        value = getattr(Settings, name, "needed")
        assert default == (f"{value:g}" if isinstance(value, float) else str(value))
    assert {"journal", *told} == set(Settings.__dataclass_fields__)
