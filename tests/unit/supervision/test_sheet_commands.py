"""./onewindow sheet and ./onewindow facts, as a person calls them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook

from services.supervision.facttables import facts
from shared.database import Database
from tests.contract.watching import rows
from tests.unit.supervision import test_commands
from tests.unit.supervision.test_commands import run

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
    csv, xlsx = tmp_path / "q.csv", tmp_path / "q.xlsx"
    files = ("--csv", csv, "--xlsx", xlsx, "--language", "zh")
    assert run("sheet", "show", *PERIOD, "--data", data, *files) == (0, "")
    assert csv.read_text("utf-8-sig").startswith("部门,得分,等次,结束的任务")
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


def test_facts_are_found_anew(data: Path):
    database = Database.open("supervision", data=data)
    before = rows(database, facts)
    with database.transaction() as tx:
        tx.execute(facts.delete())
    assert run("facts", "rebuild", "--data", data)[0] == 0
    assert rows(database, facts) == before != []
    database.close()


def test_the_command_needs_no_framework():
    """What a person waits for at each call: eventlet would be seconds and a warning."""
    asked = "import sys, deploy.cli.do_sheet; sys.exit('eventlet' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0
