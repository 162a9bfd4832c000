"""`./onewindow up`, `status` and `down`: all of it runs, all of it ends, whatever happens."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.broker_node import BrokerNode
from deploy.local.places import ROOT, SDK
from deploy.local.ports import free_ports
from deploy.local.process import ProcessId
from deploy.local.state import StackState

ONEWINDOW = [sys.executable, "-P", "-m", "deploy"]
SERVICES = ["intake", "routing", "department", "supervision"]


def environment(home: Path, **more: str) -> dict[str, str]:
    clean = {name: it for name, it in os.environ.items() if name != "AMQP_URI"}
    path = f"{ROOT}:{SDK}"
    return {**clean, "PYTHONPATH": path, "ONEWINDOW_HOME": str(home), **more}


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*ONEWINDOW, *arguments],
        env=environment(home),
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A state folder in which nothing runs afterwards, also when the test fails."""
    yield tmp_path
    run(tmp_path, "down")


def first_port() -> str:
    (port,) = free_ports(1)
    return str(port)


def written_down(home: Path) -> StackState:
    state = StackState.read(home / "stack" / "stack.json")
    assert state is not None
    return state


def everything(state: StackState) -> list[ProcessId]:
    return [state.supervisor, *(part.process for part in state.parts)]


def test_a_stack_in_the_background_outlives_its_shell_and_leaves_nothing_when_killed(
    home: Path,
) -> None:
    port = first_port()
    up = run(home, "up", "--detach", "--port", port)
    assert up.returncode == 0, up.stderr
    shown = json.loads(run(home, "status", "--json").stdout)
    assert shown["up"], shown
    assert [part["name"] for part in shown["parts"]] == ["broker", *SERVICES]
    assert f"http://127.0.0.1:{port}" in up.stderr

    again = run(home, "up", "--port", port)
    assert again.returncode == 2
    assert "end it with `./onewindow down`" in again.stderr
    beside = run(home / "beside", "up", "--port", port)
    assert beside.returncode == 2
    assert f"Port {port}, which intake needs, is taken" in beside.stderr

    state = written_down(home)
    state.supervisor.signal(signal.SIGKILL)
    assert not [it for it in everything(state) if not it.wait(30)]
    status = run(home, "status")
    assert status.returncode == 1
    assert "./onewindow down" in status.stdout
    assert run(home, "down").returncode == 0
    assert "Nothing is running here" in run(home, "status").stdout


def test_ctrl_c_ends_all_of_a_stack_that_uses_a_broker_of_somebody_else(
    tmp_path: Path, broker_of_its_own: BrokerNode
) -> None:
    # `up` gives the services' users passwords of its own, and users are the whole broker's
    address = broker_of_its_own.address
    broker = {"AMQP_URI": address.uri(), "ONEWINDOW_BROKER_API": address.api}
    up = subprocess.Popen(
        [*ONEWINDOW, "up", "--port", first_port()],
        env=environment(tmp_path, **broker),
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert up.stderr is not None
    with up:
        said = []
        for line in up.stderr:
            said.append(line)
            if line.startswith("Ready"):
                break
        assert said[-1].startswith("Ready"), said
        state = written_down(tmp_path)
        assert [part.name for part in state.parts] == SERVICES
        assert "intake.0" in {queue.name for queue in broker_of_its_own.admin.queues(address.vhost)}
        os.killpg(up.pid, signal.SIGINT)  # what a terminal does
        rest = up.stderr.read()
    assert up.returncode == 0, rest
    assert not [it for it in everything(state) if it.alive]
    assert broker_of_its_own.admin.ready()
