"""The SDK as a department installs it: a wheel, in a clean environment of each Python it is for."""

import os
import shutil
import subprocess
import sys
import zipfile
from contextlib import closing
from email.parser import Parser
from pathlib import Path

import pika
import pytest

from tests.broker.sdk_office import DEPARTMENTS, SOURCE, Office, WorkerProcess
from tests.fixtures.pythons import found

WALK = Path(__file__).parents[1] / "unit" / "sdk" / "walk.py"
NOTES_AND_ANSWERS = """
from onewindow_worker import Worker, approve

worker = Worker.from_environment()

@worker.task()
def handle(task):
    task.progress("surveyed", percent=40)
    return approve("conforms", results={"area": task.form["area"]})
"""


def run(*command: object, **options: object) -> str:
    words = [str(each) for each in command]
    done = subprocess.run(words, capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    project = folder / "sdk"
    shutil.copytree(SOURCE.parent, project, ignore=shutil.ignore_patterns("*.egg-info", "build"))
    offline = ("--no-deps", "--no-build-isolation", "--no-index")
    run(sys.executable, "-m", "pip", "wheel", *offline, "-w", folder, project)
    (built,) = folder.glob("*.whl")
    return built


def installed(wheel: Path, python: str, folder: Path) -> Path:
    """A clean environment with the wheel, and pika as pip would bring it; its interpreter."""
    run(python, "-m", "venv", "--without-pip", folder)
    own = folder / "bin" / "python"
    offline = ("--no-deps", "--no-index", "--disable-pip-version-check")
    run(sys.executable, "-m", "pip", "--python", own, "install", *offline, wheel)
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "pika").symlink_to(Path(pika.__file__).parent)
    return own


@pytest.fixture(scope="module")
def environments(wheel, tmp_path_factory):
    """The interpreters of clean environments: of the oldest Python that is here, and the newest."""
    folder = tmp_path_factory.mktemp("environments")
    versions = list(found())
    ends = dict.fromkeys((versions[0], versions[-1]))
    return {name: installed(wheel, found()[name], folder / name) for name in ends}


def test_the_wheel_is_small_and_needs_pika_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (about,) = (name for name in names if name.endswith("METADATA"))
        told = Parser().parsestr(archive.read(about).decode())
    assert told.get_all("Requires-Dist") == ["pika<2,>=1.3"]
    assert (told["Name"], told["Requires-Python"]) == ("onewindow-worker", ">=3.9")
    assert wheel.name.endswith("-py3-none-any.whl")
    assert wheel.stat().st_size < 200_000
    modules = {f"onewindow_worker/{each.name}" for each in SOURCE.glob("onewindow_worker/*.py")}
    assert {*modules, "onewindow_worker/py.typed"} <= set(names)


def test_the_sdk_does_all_that_needs_no_broker_in_every_python_that_is_here(wheel, tmp_path):
    packages = tmp_path / "packages"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    (packages / "pika").symlink_to(Path(pika.__file__).parent)
    for version, python in found().items():
        folder = tmp_path / version
        folder.mkdir()
        env = {"PYTHONPATH": str(packages)}
        assert f"walked on {version}." in run(python, WALK, folder, cwd=folder, env=env)


def test_the_command_is_installed(environments):
    oldest = next(iter(environments.values()))
    assert "healthy FILE" in run(oldest.parent / "onewindow-worker", "--help")


@pytest.fixture
def office(vhost, tmp_path):
    vhost.set_up(DEPARTMENTS)
    with closing(Office(vhost.uri, tmp_path)) as office:
        yield office


def test_the_oldest_and_the_newest_python_answer_tasks_of_a_real_broker(office, environments):
    (office.folder / "office.py").write_text(NOTES_AND_ANSWERS)
    for number, (version, python) in enumerate(environments.items(), start=1):
        office.assign(number)
        given = {
            "ONEWINDOW_WORKER_DEPARTMENT": "planning",
            "ONEWINDOW_WORKER_URI": office.uri_of("department.planning"),
            "ONEWINDOW_WORKER_JOURNAL": str(office.folder / f"{version}.journal"),
            "PYTHONPATH": os.devnull,
        }
        with WorkerProcess(office.folder, given, python=python) as process:
            results = office.first(2 * number)
            assert process.stop() == 0
        assert [each.type for each in results[-2:]] == ["task.noted", "task.completed"]
        assert results[-1].body["results"] == {"area": 1200.5}
