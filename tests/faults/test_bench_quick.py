"""The benchmarks run to their end and write what they say; how fast they were is nobody's test."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from deploy.local.places import ROOT
from tests.fixtures.broker import install_rabbitmq
from tests.fixtures.postgres import install_postgresql


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the command was run, with its two files."""
    install_rabbitmq()
    install_postgresql()
    folder = tmp_path_factory.mktemp("bench")
    for each in (folder, *folder.parents[:2]):
        each.chmod(0o755)  # the database's own user must get through
    asked = ["cases", "timers", "sdk", "wall", "--quick", "--rounds", "1"]
    files = ["--json", str(folder / "figures.json"), "--plot", str(folder / "figures.svg")]
    done = subprocess.run(
        [sys.executable, "-P", "-m", "deploy", "bench", *asked, *files],
        cwd=ROOT,
        env={
            **{name: it for name, it in os.environ.items() if name != "AMQP_URI"},
            "ONEWINDOW_HOME": str(folder / "home"),
            "PYTHONPATH": f"{ROOT}:{ROOT / 'services/department/sdk/src'}",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    (folder / "printed").write_text(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def figures(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "figures.json").read_text())
    return found


@pytest.mark.parametrize(
    ("scenario", "kind", "figure"),
    [
        ("cases", "saturated", "cases_per_second"),
        ("cases", "light", "decided_p95_ms"),
        ("cases", "stream", "cases_per_second"),
        ("timers", "together", "seconds_until_all_recorded"),
        ("timers", "alone", "delay_max_ms"),
        ("sdk", "tasks", "tasks_per_second"),
        ("wall", "looks", "warm_p95_ms"),
    ],
)
def test_every_scenario_gives_its_figures(
    figures: dict[str, Any], scenario: str, kind: str, figure: str
) -> None:
    (round_,) = figures["rounds"][scenario][kind]["onewindow"]
    assert round_[figure] > 0
    assert figures["medians"][scenario][kind]["onewindow"][figure]["median"] == round_[figure]


def test_the_figures_say_where_the_processor_time_went_and_on_which_machine(
    figures: dict[str, Any], folder: Path
) -> None:
    (saturated,) = figures["rounds"]["cases"]["saturated"]["onewindow"]
    services = {"intake", "routing", "department", "supervision"}
    parts = {"broker", "database", *services, "workers-1", "workers-2"}
    assert set(saturated["cpu_ms_per_case"]) == parts
    spent = saturated["cpu_ms_per_case"]
    idle = {"department"}  # no system of a department is connected
    assert all(spent[it] > 0 for it in parts - idle)
    assert saturated["machine_busy_ms_per_case"] > 0
    assert 0 <= saturated["stolen_percent"] < 100
    assert figures["machine"]["cores"] == os.cpu_count()
    assert "cases_per_second" in (folder / "printed").read_text()
    assert ElementTree.parse(folder / "figures.svg").getroot().tag.endswith("svg")
