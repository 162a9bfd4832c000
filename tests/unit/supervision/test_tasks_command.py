"""./onewindow tasks, as a person calls it."""

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy.cli import app
from deploy.cli.columns import aligned
from services.supervision import handlers
from shared.businesstime import SETTING, setting_starting_now
from shared.casecode import CodeParts, RegionalCode
from shared.database import Database
from shared.delivery.work import Work
from shared.migrating import migrate
from tests.unit.supervision.steps import RULES, accepted, assigned, at, opened, step
from tests.unit.supervision.test_commands import enveloped, run

CODE = RegionalCode().compose(CodeParts(region="330100", month="2609", serial=12))


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    """A data folder in which supervision has seen a case: one task is late, one is not."""
    folder = tmp_path_factory.mktemp("open")
    database = Database.open("supervision", data=folder)
    migrate(database)
    early, late = (assigned(name, handling=days) for name, days in (("a.1", 20), ("a.2", 3)))
    steps = [
        step(1, "09-14 10:00", opened("09-14 09:30"), early, late, case=CODE),
        step(2, "09-14 11:00", accepted("a.1"), accepted("a.2"), case=CODE),
    ]
    with database.transaction() as tx:
        work = Work(tx, at("09-14 11:00"), "supervision")
        handlers.observe(work, [enveloped(it) for it in steps], rules=RULES, channels=())
    database.close()
    return folder


@pytest.fixture(autouse=True)
def thursday(monkeypatch):
    monkeypatch.setenv(SETTING, setting_starting_now(at("09-24 10:00"), speed=1.0))


def test_the_late_task_stands_first_and_says_by_how_much(data: Path):
    status, said = run("tasks", "--data", data)
    heading, first, second = said.splitlines()
    assert status == 0
    assert heading == "2 open tasks: 1 red, 0 yellow, 1 green, 0 none; 0 due today"
    assert first.split()[:8] == [
        "red",
        "5",
        "working",
        "days",
        "over",
        "due",
        "2026-09-17",
        "17:00",
    ]
    assert second.startswith("green  12 working days left")


def test_what_is_asked_for_is_listed_for_a_program(data: Path):
    status, said = run("tasks", "--light", "red", "--until", "2026-09-17", "--json", "--data", data)
    told = json.loads(said)
    assert (status, told["found"], told["counts"]["green"]) == (0, 1, 0)
    (task,) = told["tasks"]
    assert (task["case"], task["left"], task["unit"]) == (CODE, -5.0, "working_days")
    assert (
        json.loads(run("tasks", "--department", "fire", "--json", "--data", data)[1])["tasks"] == []
    )


def test_tasks_are_written_to_a_file(data: Path, tmp_path: Path):
    file = tmp_path / "tasks.csv"
    assert run("tasks", "--csv", file, "--language", "zh", "--data", data) == (0, "")
    late, early = csv.DictReader(file.read_text("utf-8").splitlines())
    assert (late["title"], late["left"], early["light"]) == ("规划审查", "-5.0", "green")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("--department", "plannin"), "--department: the catalogue has no 'plannin'; did you mean"),
        (("--item", "x"), "--item: the catalogue has no 'x'"),
        (("--region", "999999"), "region: no code of GB/T 2260 is 999999"),
        (("--until", "9999-12-31"), "--until: must lie between 2000-01-01 and 2199-12-31"),
    ],
)
def test_what_is_not_there_is_refused_in_a_sentence(data: Path, asked, said):
    done = CliRunner().invoke(app, ["tasks", *asked, "--data", str(data)])
    assert str(done.exception).startswith(said)


def test_columns_stand_below_each_other_also_in_chinese():
    assert aligned([["红", "a"], ["grün", "b"]]) == ["红    a", "grün  b"]
    assert aligned([]) == []
