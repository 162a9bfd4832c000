"""Rows in files, for a spreadsheet or a program."""

import csv
import json
from pathlib import Path

from deploy.cli.rowfiles import write_rows

ROWS = [{"case": "=HYPERLINK(1)", "rung": "red", "late": -2}, {"case": "@x", "rung": "", "late": 0}]


def test_a_spreadsheet_works_nothing_out_that_stood_in_somebody_elses_log(tmp_path: Path):
    file = tmp_path / "alerts.csv"
    write_rows(file, ROWS, ("case", "rung", "late"), "alerts")
    with file.open(newline="", encoding="utf-8") as text:
        assert [row["case"] for row in csv.DictReader(text)] == ["'=HYPERLINK(1)", "'@x"]
    assert "red,-2" in file.read_text("utf-8")


def test_a_program_reads_what_stood_there(tmp_path: Path):
    file = tmp_path / "alerts.jsonl"
    write_rows(file, ROWS, ("case", "rung", "late"), "alerts")
    assert [json.loads(line) for line in file.read_text("utf-8").splitlines()] == ROWS
