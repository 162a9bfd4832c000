"""The supervisor and what it writes down: ready, ended, stopped; never somebody else's process."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.process import NotReady, ProcessGone, ProcessId, descendants
from deploy.local.stack import ProcessSpec, Stack
from deploy.local.state import NotRunning, Part, StackState, parts_of
from tests.waiting import eventually

SERVES = """
import http.server, signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(print("good bye")))
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler)\\
    .serve_forever()
"""
DEAF = """
import pathlib, signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(sys.argv[1]).touch()
while True: signal.pause()
"""
PARENT = """
import os, pathlib, signal, sys
from deploy.local.stack import ProcessSpec, Stack
stack = Stack(pathlib.Path(sys.argv[1]))
stack.start(ProcessSpec(name="child", argv=("sleep", "1000"), env=dict(os.environ)))
print(stack.states()[0].process.pid, flush=True)
signal.pause()
"""


def python(name: str, script: str, *arguments: str, **more: object) -> ProcessSpec:
    argv = (sys.executable, "-c", script, *arguments)
    return ProcessSpec(name=name, argv=argv, env=dict(os.environ), **more)  # type: ignore[arg-type]


def web(name: str, port: int) -> ProcessSpec:
    address = f"http://127.0.0.1:{port}"
    return python(name, SERVES, str(port), address=address, health=address)


def test_processes_are_ready_when_started_and_gone_when_stopped(
    tmp_path: Path, free_port: int
) -> None:
    stack = Stack(tmp_path)
    stack.start(web("web", free_port))
    (state,) = stack.states()
    assert (state.status, state.process.alive) == (None, True)
    stack.stop()
    assert not state.process.alive
    assert "good bye" in stack.log("web").read_text()


def test_a_process_that_ends_instead_of_getting_ready_is_told_with_its_last_words(
    tmp_path: Path,
) -> None:
    broken = python("broken", "raise SystemExit('the reason')", ready_file=tmp_path / "never")
    with pytest.raises(NotReady, match=r"broken ended with status 1(?s:.*)the reason"):
        Stack(tmp_path).start(broken)


def test_a_process_that_does_not_listen_is_ended_all_the_same(tmp_path: Path) -> None:
    stack, ready = Stack(tmp_path), tmp_path / "ready"
    stack.start(python("deaf", DEAF, str(ready), ready_file=ready, stop_seconds=0.1))
    (state,) = stack.states()
    stack.stop()
    assert not state.process.alive
    assert stack.states()[0].status == -signal.SIGKILL


def test_a_killed_process_is_told_and_starts_again_as_it_was(
    tmp_path: Path, free_port: int
) -> None:
    stack = Stack(tmp_path)
    stack.start(web("web", free_port))
    first = stack.states()[0].process
    stack.kill("web")
    assert [state.name for state in stack.ended()] == ["web"]
    stack.start_again("web")
    assert not list(stack.ended())
    assert stack.states()[0].process != first
    stack.stop()


def test_processes_end_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert parent.stdout is not None
    with parent:
        child = ProcessId.of(int(parent.stdout.readline()))
        assert child.alive
        comm = Path(f"/proc/{child.pid}/comm")
        # before that nobody has told the kernel whose end is the child's
        eventually(lambda: comm.read_text() == "sleep\n", "the child is its program")
        parent.kill()
    assert child.wait(10)


def test_a_process_id_used_again_is_not_the_process() -> None:
    ours = ProcessId.of(os.getpid())
    earlier = ProcessId(pid=ours.pid, started=ours.started - 1)
    assert ours.alive
    assert not earlier.alive
    earlier.signal(signal.SIGKILL)  # would end this test run
    assert earlier.wait(0)


def test_descendants_are_found_and_the_gone_are_named() -> None:
    with subprocess.Popen(["sh", "-c", "sleep 1000 & wait"], start_new_session=True) as shell:
        while not descendants(shell.pid):
            pass
        (below,) = descendants(shell.pid)
        shell.kill()
    below.signal(signal.SIGTERM)
    assert below.wait(10)
    with pytest.raises(ProcessGone):
        ProcessId.of(2**22 + 1)


def test_what_is_written_down_is_read_back_and_for_the_owner_only(tmp_path: Path) -> None:
    stack, file = Stack(tmp_path), tmp_path / "stack.json"
    stack.start(python("sleeper", "import signal; signal.pause()"))
    state = StackState(
        supervisor=ProcessId.of(os.getpid()),
        ready=True,
        data=str(tmp_path),
        parts=parts_of(stack.states()),
        amqp_uri="amqp://boss:secret@127.0.0.1:5672/onewindow",
        api="http://127.0.0.1:15672",
    )
    state.write(file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert "secret" not in repr(state)
    found = StackState.running(file)
    assert found == state
    assert (found.up, found.parts[0].state) == (True, "running")
    assert found.broker.vhost == "onewindow"
    stack.stop()
    assert (found.up, found.parts[0].state, found.left) == (False, "ended", ())


def test_a_command_that_needs_a_stack_says_how_to_start_one(tmp_path: Path) -> None:
    file = tmp_path / "stack.json"
    with pytest.raises(NotRunning, match=r"start one with `\./onewindow up --detach`"):
        StackState.running(file)
    gone = ProcessId(pid=os.getpid(), started=1)
    part = Part(name="intake", process=gone, address="", log="")
    StackState(supervisor=gone, ready=True, data="", parts=(part,)).write(file)
    with pytest.raises(NotRunning):
        StackState.running(file)
