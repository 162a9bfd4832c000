"""What limits would have meant for an event log: a small one counted by hand, and a real one."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from deploy.cli.do_catalogue import app
from deploy.hindsight import AFTERWARDS
from shared.errors import Invalid, NotFound
from tests.unit.routing.test_the_catalogue_is_checked import DEPARTMENTS
from tests.unit.supervision.test_replay import WABO

ITEM = """\
item: receipt
version: 3
title: {zh: 收件, en: Receipt}
lead: planning
applicants: [person]
statutory: {amount: 10, source: 法}
promised: {amount: 5, source: 承诺}
tasks:
  - key: check
    title: {zh: 核对, en: T02 Check confirmation of receipt}
    department: planning
    handling: {amount: 1, source: 承诺}
  - key: confirm
    title: {zh: 确认, en: T04 Determine confirmation of receipt}
    department: archives
    after: [check]
    handling: {amount: 3, unit: working_hours, source: 承诺}
  - key: file
    title: {zh: 归档, en: Filing}
    department: archives
    handling: {amount: 1, source: 承诺}
"""


def event(activity: str, at: str, transition: str = "complete") -> str:
    return (
        f'<event><string key="concept:name" value="{activity}"/>'
        f'<string key="lifecycle:transition" value="{transition}"/>'
        f'<date key="time:timestamp" value="2026-09-{at}:00+08:00"/></event>'
    )


def trace(start: str, end: str, *events: str) -> str:
    ended = f'<date key="enddate" value="2026-09-{end}:00+08:00"/>' if end else ""
    began = f'<date key="startdate" value="2026-09-{start}:00+08:00"/>'
    return f"<trace>{began}{ended}{''.join(events)}</trace>"


# 1 September 2026 is a Tuesday: 5 working days end on Tuesday 8, 10 on Tuesday 15 September.
TRACES = (
    # Handed to and fro on the first two days, decided on the 5th working day.
    trace("01T10:00", "08T16:00", event("check", "02T10:00"), event("seal", "02T11:00")),
    # The check took until the 2nd working day: a day late. The confirmation took 4 of 3 hours.
    trace("01T10:00", "09T09:00", event("check", "03T10:00"), event("确认", "03T15:00")),
    # The confirmation says when it began: one hour.
    trace(
        "01T10:00",
        "16T09:00",
        event("确认", "04T09:30", "start"),
        event("check", "04T10:00"),
        event("确认", "04T10:30"),
    ),
    trace("14T09:00", "", event("check", "14T10:00"), event("other", "22T10:00")),
)


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["simulate", "receipt", *arguments])


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    (tmp_path / "items").mkdir()
    (tmp_path / "items" / "receipt.yaml").write_text(ITEM, "utf-8")
    (tmp_path / "departments.yaml").write_text(DEPARTMENTS, "utf-8")
    (tmp_path / "log.xes").write_text(f"<log>{''.join(TRACES)}</log>", "utf-8")
    return tmp_path


def over(catalogue: Path, log: Path, *more: str) -> dict[str, Any]:
    shown = run("--catalogue", str(catalogue), "--log", str(log), "--json", *more)
    assert shown.exit_code == 0, shown.exception
    told: dict[str, Any] = json.loads(shown.stdout)
    return told


def counts(told: dict[str, Any]) -> dict[str, tuple[int, int, int]]:
    rows = [*told["limits"], *told["tasks"]]
    return {it["of"]: (it["ran"], it["missed"], it["open_missed"]) for it in rows}


def test_missed_limits_are_those_that_a_person_counts(catalogue: Path) -> None:
    told = over(catalogue, catalogue / "log.xes")
    assert (told["cases"], told["ended"], told["open"]) == (4, 3, 1)
    assert counts(told) == {
        "statutory": (4, 1, 0),
        "promised": (4, 2, 1),
        "check": (4, 2, 0),
        "confirm": (2, 1, 0),
    }
    assert told["tasks_not_in_the_log"] == ["file"]


def test_the_time_goes_where_a_person_sees_it_go(catalogue: Path) -> None:
    told = over(catalogue, catalogue / "log.xes")
    found = {it["activity"]: it for it in told["activities"]}
    # A working day has 7 hours: 9 to 12 and 13 to 17. Check: 1, 2 and 3 days, and one hour.
    check = found["check"]
    assert (check["times"], check["hours"], check["median"], check["p90"]) == (4, 43, 10.5, 21)
    assert (found["确认"]["task"], found["确认"]["hours"]) == ("confirm", 4 + 1)
    assert (found["seal"]["task"], found["seal"]["hours"]) == (None, 1)
    assert sum(it["share"] for it in told["activities"]) == pytest.approx(1, abs=0.001)
    assert found[AFTERWARDS]["times"] == 3


def test_an_activity_is_the_task_that_it_is_said_to_be(catalogue: Path) -> None:
    (catalogue / "names.yaml").write_text("seal: file\n", "utf-8")
    names = "--activities", str(catalogue / "names.yaml")
    assert counts(over(catalogue, catalogue / "log.xes", *names))["file"] == (1, 0, 0)
    (catalogue / "names.yaml").write_text("seal: fil\n", "utf-8")
    refused = run("--catalogue", str(catalogue), "--log", str(catalogue / "log.xes"), *names)
    assert "activities.seal: 'fil' is no task of receipt" in str(refused.exception)


def test_a_person_reads_it_as_a_table_with_a_progress_bar_beside(catalogue: Path) -> None:
    shown = run("--catalogue", str(catalogue), "--log", str(catalogue / "log.xes"))
    assert "4 cases, 3 ended, 1 open (log ends 2026-09-22)" in shown.stdout
    assert "not in the log: file" in shown.stdout
    assert "Reading log.xes" in shown.stderr


def test_a_log_that_cannot_be_read_is_told(catalogue: Path) -> None:
    broken = catalogue / "broken.xes"
    broken.write_text('<!DOCTYPE log [<!ENTITY a "b">]><log/>', "utf-8")
    refused = run("--catalogue", str(catalogue), "--log", str(broken))
    assert "declares a document type" in str(refused.exception)
    broken.write_text(trace("31T10:00", "").join(("<log>", "</log>")), "utf-8")
    refused = run("--catalogue", str(catalogue), "--log", str(broken))
    assert "is not a date" in str(refused.exception)


def test_either_a_form_or_a_log_is_given(catalogue: Path) -> None:
    assert isinstance(run("--catalogue", str(catalogue)).exception, Invalid)
    nowhere = str(catalogue / "nowhere")
    refused = run("--catalogue", str(catalogue), "--form", nowhere, "--log", nowhere)
    assert isinstance(refused.exception, Invalid)
    assert isinstance(run("--catalogue", str(catalogue), "--form", nowhere).exception, NotFound)


@pytest.mark.skipif(not WABO.exists(), reason=f"LEFT OUT: the real log {WABO.name} is not here")
def test_limits_over_a_real_log(catalogue: Path) -> None:
    told = over(catalogue, WABO, "--zone", "Europe/Amsterdam")
    assert (told["cases"], told["ended"]) == (1434, 1329)
    # Counted a second time by a few lines that share no code with the project.
    assert counts(told) == {
        "statutory": (1434, 1242, 98),
        "promised": (1434, 1284, 104),
        "check": (1368, 132, 0),
        "confirm": (1307, 141, 0),
    }
    found = {it["activity"]: it for it in told["activities"]}
    assert found[AFTERWARDS]["share"] == 0.5037
    receipt = found["Confirmation of receipt"]
    figures = receipt["times"], *(round(receipt[it], 1) for it in ("median", "p90"))
    assert figures == (1434, 93.0, 221.5)
