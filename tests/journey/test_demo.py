"""The demonstration as a newcomer runs it: `./onewindow demo --json`."""

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from deploy.local.places import ROOT, SDK

LATE = "330100-2609-0000002-06"
FATES = [
    "approved",
    "approved_with_conditions",
    "approved",
    "approved",
    "approved",
    "rejected",
    "approved",
    "withdrawn",
    "approved",
    "approved",
    "approved",
    "approved",
]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    home = tmp_path_factory.mktemp("home")
    played = subprocess.run(
        [sys.executable, "-P", "-m", "deploy", "demo", "--json"],
        cwd=home,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{SDK}", "ONEWINDOW_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert played.returncode == 0, played.stderr + _logs(home)
    assert running_in(home) == []
    found: dict[str, Any] = json.loads(played.stdout)
    return found


def running_in(folder: Path) -> list[str]:
    """The processes that were given the folder, in an argument or in the environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended, or is somebody else's
            given = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
            if os.fsencode(folder) in given:
                found.append(process.name)
    return found


def _logs(home: Path) -> str:
    logs = sorted((home / "demo" / "log").glob("*.log"))
    return "".join(f"\n== {log.name}\n{log.read_text()[-1500:]}" for log in logs)


def test_every_case_comes_to_its_fate_under_a_code_of_its_own(outcome: dict[str, Any]):
    assert [case["fate"] for case in outcome["cases"]] == FATES
    assert len({case["code"] for case in outcome["cases"]}) == len(FATES)


def test_a_program_is_told_all_of_each_case(outcome: dict[str, Any]):
    told = {"code", "item", "fate", "due_date", "decided_at", "trace_verified"}
    assert outcome.keys() == {"cases", "alerts", "parked", "refused"}
    assert all(told <= case.keys() and all(case[it] for it in told) for case in outcome["cases"])
    items = {case["item"] for case in outcome["cases"]}
    assert items == {"investment-project", "company-start", "birth"}


def test_every_trace_is_as_it_was_written(outcome: dict[str, Any]):
    assert all(case["trace_verified"] for case in outcome["cases"])


def test_due_dates_count_working_days_across_both_holidays(outcome: dict[str, Any]):
    """30 working days from Friday 18 September: 20 to 24 (5), 28 to 30 (8), 8 to 10 October (11),
    12 to 16 (16), 19 to 23 (21), 26 to 30 (26), 2 to 5 November (30)."""
    assert outcome["cases"][0]["due_date"].startswith("2026-11-05T17:00:00+08:00")


def test_a_return_for_supplement_moves_the_due_date_by_its_days(outcome: dict[str, Any]):
    returned = outcome["cases"][3]
    assert returned["due_date"][:10] > "2026-11-05"


def test_the_late_department_climbs_the_ladder_rung_by_rung(outcome: dict[str, Any]):
    """Ten working days from 18 September end on 9 October; two later is the 12th, five the 15th."""
    water = [it for it in outcome["alerts"] if it["case"] == LATE and it["department"] == "water"]
    assert [(it["rung"], it["at"][:10]) for it in water] == [
        ("reminder", "2026-10-08"),
        ("yellow", "2026-10-09"),
        ("red", "2026-10-12"),
        ("head", "2026-10-15"),
    ]


def test_the_forged_result_was_refused_and_the_poisonous_message_parked(outcome: dict[str, Any]):
    (refused,) = outcome["refused"]
    assert "department.tax sent task.completed in the name of 'planning'" in refused["text"]
    (parked,) = outcome["parked"]
    assert parked["service"] == "routing"
    assert "not JSON" in parked["reason"]
