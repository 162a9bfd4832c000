"""./onewindow sheet and ./onewindow facts, as a person calls them."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from deploy.cli import app
from services.supervision.facttables import facts
from services.supervision.ratings import ratings
from shared.database import Database
from tests.contract.watching import rows
from tests.unit.supervision import test_commands
from tests.unit.supervision.sheetcases import card, fact, keep
from tests.unit.supervision.steps import at
from tests.unit.supervision.test_commands import CODE, run

data = test_commands.data
PERIOD = ("--period", "2026-Q3")


def test_a_sheet_is_shown_with_every_figure(data: Path):
    status, told = run("sheet", "show", "planning", *PERIOD, "--data", data)
    assert status == 0
    assert "100.0%  On-time rate" in told
    assert "none given" not in told
    status, told = run("sheet", "show", *PERIOD, "--data", data, "--json")
    (together, planning) = json.loads(told)["departments"]
    assert (together["department"], planning["department"]) == ("", "planning")
    assert planning["figures"]["on_time_rate"] == {"value": 1.0, "count": 1, "of": 1}


def test_files_are_written_as_they_are_asked_for(data: Path, tmp_path: Path):
    table, xlsx = tmp_path / "q.csv", tmp_path / "q.xlsx"
    files = ("--csv", table, "--xlsx", xlsx, "--language", "zh")
    assert run("sheet", "show", *PERIOD, "--data", data, *files) == (0, "")
    assert table.read_text("utf-8-sig").startswith("部门,得分,等次,结束的任务")
    assert load_workbook(xlsx).sheetnames[1] == "about"


def test_a_period_is_published_once_and_corrected_with_a_reason(data: Path):
    publish = ("sheet", "publish", *PERIOD, "--by", "王敏", "--data", data)
    assert run(*publish)[0] == 0
    assert run(*publish)[0] != 0
    assert run(*publish, "--reason", "补录")[0] == 0
    _status, told = run("sheet", "versions", *PERIOD, "--data", data, "--json")
    assert [(it["version"], it["reason"]) for it in json.loads(told)] == [(1, ""), (2, "补录")]
    status, told = run("sheet", "show", *PERIOD, "--version", 1, "--data", data)
    assert status == 0
    assert "Version 1, published by 王敏." in told


@pytest.mark.parametrize(
    "asked",
    [("--period", "soon"), ("nobody", *PERIOD), (*PERIOD, "--version", "9")],
)
def test_what_is_not_there_is_refused(data: Path, asked: tuple[str, ...]):
    assert run("sheet", "show", *asked, "--data", data)[0] != 0


def test_the_list_behind_a_figure_is_as_long_as_the_figure(data: Path):
    status, told = run("sheet", "tasks", "planning", "on_time_rate", *PERIOD, "--data", data)
    assert status == 0
    heading, line = told.splitlines()
    assert heading == "On-time rate, planning, 2026-Q3: 1"
    assert line.split("  ")[:2] == [CODE, "planning"]
    assert "of 5 working days" in line
    status, told = run("sheet", "tasks", "all", "late", *PERIOD, "--data", data, "--json")
    assert (status, json.loads(told)["found"]) == (0, 0)


def test_a_list_of_a_published_sheet_says_what_became_of_its_tasks(data: Path, tmp_path: Path):
    assert run("sheet", "publish", *PERIOD, "--by", "王敏", "--data", data)[0] == 0
    database = Database.open("supervision", data=data)
    with database.transaction() as tx:
        tx.execute(facts.update().values(used=9.0, late=True))
    database.close()
    file = tmp_path / "ended.csv"
    asked = ("sheet", "tasks", "planning", "ended", *PERIOD, "--version", 1, "--data", data)
    assert run(*asked, "--csv", file) == (0, "")
    (row,) = csv.DictReader(file.read_text("utf-8").splitlines())
    assert (row["since"], row["late"], row["title"]) == ("changed", "False", "Planning review")
    told = json.loads(run(*asked, "--json")[1])
    assert (told["version"], told["rows"][0]["title"]["zh"]) == (1, "规划审查")


def test_behind_cards_and_satisfaction_stand_cards_and_ratings(data: Path):
    database, known = Database.open("supervision", data=data), fact()
    rating = {"case_code": CODE, "level": 2, "comment": "慢", "at": at("09-21 12:00")}
    keep(database, [known], [card("red", known, at("09-18 12:00"))])
    with database.transaction() as tx:
        own = {"item": "any", "region": "330100", "department": "planning"}
        tx.execute(ratings.insert().values(**rating, **own))
    database.close()
    _status, told = run("sheet", "tasks", "planning", "red", *PERIOD, "--data", data)
    assert told.splitlines()[0] == "Red cards, planning, 2026-Q3: 1"
    assert known["case_code"] in told
    asked = ("sheet", "tasks", "planning", "satisfaction", *PERIOD, "--data", data)
    assert run(*asked)[1].splitlines()[1].endswith("2 of 5  rated 2026-09-21T12:00  慢")
    (row,) = json.loads(run(*asked, "--json")[1])["rows"]
    assert (row["level"], row["at"]) == (2, "2026-09-21T12:00:00+08:00")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("planning", "lat"), "FIGURE: a sheet has no 'lat'; did you mean late?"),
        (("plannin", "late"), "DEPARTMENT: the catalogue has no 'plannin'; did you mean planning"),
        (("planning", "late", "--version", "9"), "2026-Q3 has no version 9: see `sheet versions`"),
        (("planning", "late", "--version", "9", "--item", "x"), "--item: no sheet is published"),
    ],
)
def test_a_list_that_is_not_there_is_refused_in_a_sentence(data: Path, asked, said):
    arguments = ["sheet", "tasks", *asked, *PERIOD, "--data", str(data)]
    assert str(CliRunner().invoke(app, arguments).exception).startswith(said)


def test_facts_are_found_anew(data: Path):
    database = Database.open("supervision", data=data)
    before = rows(database, facts)
    with database.transaction() as tx:
        tx.execute(facts.delete())
    assert run("facts", "rebuild", "--data", data)[0] == 0
    assert rows(database, facts) == before != []
    database.close()


def test_the_commands_need_no_framework():
    """What a person waits for at each call: eventlet would be seconds and a warning."""
    asked = (
        "import sys, deploy.cli.do_sheet, deploy.cli.do_tasks; sys.exit('eventlet' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0
