"""What the system refuses a command is one sentence, and no traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.cli.detached import is_ready
from deploy.local.places import Places
from deploy.local.process import ProcessId
from deploy.local.state import StackState

FULL = Path("/dev/full")


def call(*arguments: str, **options):
    command = [sys.executable, "-W", "ignore", "-m", "deploy", *arguments]
    told = {"text": True, "stderr": subprocess.PIPE, "timeout": 120}
    return subprocess.run(command, check=False, **told, **options)


def sentence(done) -> str:
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    return line


def test_a_folder_that_cannot_be_made_is_named():
    assert sentence(call("secrets", "/proc/secrets")).startswith(
        "onewindow: /proc/secrets cannot be used: No such file or directory"
    )


@pytest.mark.skipif(not FULL.exists(), reason="a device of Linux")
def test_a_full_disk_is_said():
    with FULL.open("w") as full:
        assert "no space is left" in sentence(call("status", "--json", stdout=full))


def test_whoever_has_read_enough_ends_a_command_in_peace():
    with subprocess.Popen(["true"], stdin=subprocess.PIPE) as gone:
        gone.wait(10)
        done = call("status", stdout=gone.stdin)
    assert done.stderr == ""


def test_a_stack_is_not_ready_because_another_is(tmp_path: Path):
    places = Places.from_environment({"ONEWINDOW_HOME": str(tmp_path)})
    places.stack.mkdir(parents=True)
    this = ProcessId.of(os.getpid())
    StackState(supervisor=this, ready=True, data=str(tmp_path)).write(places.state)
    assert is_ready(this.pid, places)
    with subprocess.Popen(["true"]) as other:
        other.wait(10)
    assert not is_ready(other.pid, places)
