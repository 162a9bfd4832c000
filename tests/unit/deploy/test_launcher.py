"""The launcher: what it refuses, in one sentence with exit status 2, and what it repairs.

Also what runs it for every change: `.ci/run`, and `check`.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from deploy import environment
from deploy.cli import do_check
from deploy.local.places import ROOT

WHEEL = "colourless"


def launch(root: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    clean = {name: it for name, it in os.environ.items() if not name.startswith("ONEWINDOW_")}
    return subprocess.run(
        [str(root / "onewindow"), *arguments],
        env={**clean, **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def program(file: Path, text: str) -> Path:
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return file


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository with the real launcher and nothing to install."""
    root = tmp_path / "clone"
    (root / "deploy" / "local").mkdir(parents=True)
    (root / "shared").mkdir()
    shutil.copy(ROOT / "onewindow", root / "onewindow")
    for name in ("__init__.py", "environment.py"):
        shutil.copy(ROOT / "deploy" / name, root / "deploy" / name)
    for name in ("__init__.py", "packages.py", "ports.py", "process.py"):
        shutil.copy(ROOT / "deploy" / "local" / name, root / "deploy" / "local" / name)
    for name in ("__init__.py", "errors.py"):
        shutil.copy(ROOT / "shared" / name, root / "shared" / name)
    (root / "deploy" / "__main__.py").write_text("import sys; print('started', sys.argv[1:])")
    (root / "requirements.lock").write_text("")
    return root


def test_an_old_python_is_refused_with_what_to_do(clone: Path, tmp_path: Path) -> None:
    old = program(tmp_path / "python3", "case $2 in *platform*) echo 3.9.2;; *) exit 1;; esac")
    done = launch(clone, "status", ONEWINDOW_PYTHON=str(old))
    assert done.returncode == 2
    assert done.stdout == ""
    (sentence,) = done.stderr.splitlines()
    assert sentence.startswith(f"onewindow: Python 3.11 or newer is needed, and {old} is 3.9.2")
    assert "sudo apt-get install python3.11 python3.11-venv" in sentence


def test_no_python_at_all_is_refused(clone: Path) -> None:
    done = launch(clone, "status", ONEWINDOW_PYTHON="/nowhere/python3")
    assert done.returncode == 2
    assert "/nowhere/python3 is missing" in done.stderr


def test_a_state_folder_that_cannot_be_made_is_refused(clone: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = launch(
        clone,
        "status",
        ONEWINDOW_HOME=str(tmp_path / "file" / "home"),
        ONEWINDOW_PYTHON=sys.executable,
    )
    assert done.returncode == 2
    assert "set ONEWINDOW_HOME to a folder of yours" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_lock_file_that_is_missing_is_refused(clone: Path) -> None:
    (clone / "requirements.lock").unlink()
    done = launch(clone, "status")
    assert done.returncode == 2
    assert "requirements.lock is missing" in done.stderr


def test_a_package_that_cannot_be_downloaded_is_refused_and_the_next_run_begins_anew(
    clone: Path, tmp_path: Path
) -> None:
    digest = "0" * 64
    (clone / "requirements.lock").write_text(f"{WHEEL}==1.0 --hash=sha256:{digest}\n")
    environ = {
        "ONEWINDOW_HOME": str(tmp_path / "home"),
        "ONEWINDOW_PYTHON": sys.executable,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(tmp_path),
    }
    done = launch(clone, "status", **environ)
    assert done.returncode == 2
    assert "could not be downloaded: see to the network" in done.stderr
    assert "Traceback" not in done.stderr
    (clone / "requirements.lock").write_text("")
    left = tmp_path / "home" / "venv" / "left behind"
    left.touch()
    again = launch(clone, "status", "--json", **environ)
    assert again.stdout == "started ['status', '--json']\n"
    assert not left.exists()


def test_the_second_run_starts_at_once_from_any_folder(clone: Path, tmp_path: Path) -> None:
    environ = {"ONEWINDOW_HOME": str(tmp_path / "home"), "ONEWINDOW_PYTHON": sys.executable}
    assert launch(clone, "a", **environ).stdout == "started ['a']\n"
    program(tmp_path / "gone", "exit 1")
    link = tmp_path / "link"
    link.symlink_to(clone / "onewindow")
    without_python = {**environ, "ONEWINDOW_PYTHON": str(tmp_path / "gone")}
    (tmp_path / "onewindow").symlink_to(link)
    again = launch(tmp_path, "b c", **without_python)
    assert (again.stdout, again.stderr) == ("started ['b c']\n", "")


def test_two_launchers_at_once_make_one_environment(clone: Path, tmp_path: Path) -> None:
    environ = {
        **os.environ,
        "ONEWINDOW_HOME": str(tmp_path / "home"),
        "ONEWINDOW_PYTHON": sys.executable,
    }
    both = [
        subprocess.Popen(
            [str(clone / "onewindow"), name],
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two")
    ]
    said = [process.communicate() for process in both]
    assert [out for out, _ in said] == ["started ['one']\n", "started ['two']\n"]
    assert sum("Making a virtual environment" in err for _, err in said) == 1


def test_what_pip_said_becomes_one_sentence(tmp_path: Path) -> None:
    log = tmp_path / "install.log"
    log.write_text("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.")
    assert "not the one that requirements.lock names" in environment.reason(log)
    log.write_text("ERROR: No space left on device")
    assert "No space left on device" in environment.reason(log)


def test_what_continuous_integration_runs_is_check_and_then_test(clone: Path) -> None:
    (clone / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", clone / ".ci" / "run")
    program(clone / "onewindow", 'echo "onewindow $*"; test "$1" != "$FAILS"')
    assert called(clone, FAILS="") == ["onewindow check", "onewindow test -x"]
    assert called(clone, FAILS="check") == ["onewindow check"]


def called(clone: Path, **environ: str) -> list[str]:
    """What .ci/run calls; it fails with the first that fails."""
    done = subprocess.run(
        [clone / ".ci" / "run", "-x"],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode == 0) == (environ["FAILS"] == "")
    return [line for line in done.stdout.splitlines() if line.startswith("onewindow")]


def test_check_fails_when_one_of_its_tools_does(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(do_check, "TOOLS", {"good": ["-c", ""], "bad": ["-c", "exit('a rule')"]})
    with pytest.raises(typer.Exit) as ended:
        do_check.command()
    assert ended.value.exit_code == 1
    said = capsys.readouterr().out
    assert "good          ok" in said
    assert "bad           FAILED" in said
    assert "    a rule" in said
