"""`worker check` against real workers: those that keep the contract, and those that break it."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from deploy.cli import do_worker
from deploy.local.broker_node import BrokerNode
from deploy.local.passwords import Passwords
from deploy.local.places import SDK
from deploy.local.process import ProcessId, descendants
from deploy.workercheck import samples
from deploy.workercheck.checks import NAMES
from deploy.workercheck.findings import Finding
from deploy.workercheck.platform_side import PASSWORDS
from deploy.workercheck.run import Wanted, run
from deploy.workercheck.subject import Subject
from deploy.workernew.project import make
from tests.fixtures.broker import install_rabbitmq
from tests.fixtures.nodejs import install_worker, npm

PROJECT = (sys.executable, "-m", "onewindow_worker", "worker:worker")
FAULTY = (sys.executable, str(Path(__file__).with_name("workers") / "faulty.py"))
WITHIN = "60"
"""Seconds; nobody waits so long unless a busy machine makes them."""

BROKEN_WITHIN = 3.0
"""Where something must be found: too little time can only add to it."""

CAUGHT = {
    "silent": "answer",
    "late": "answer",
    "never acknowledges": "answer",
    "no_ack": "acknowledging",
    "acknowledges first": "kill",
    "new id for a repeat": "duplicate",
    "decides a repeat anew": "duplicate",
    "one id for all": "message-ids",
    "wrong field": "fields",
    "missing field": "fields",
    "another case": "fields",
    "rejects without a legal basis": "fields",
    "no message id": "envelope",
    "not persistent": "envelope",
    "milliseconds": "envelope",
    "wrong key": "routing",
    "declares its queue": "routing",
    "another department's name": "identity",
    "another department's key": "identity",
    "forged user": "identity",
    "no confirms": "publishing",
    "not mandatory": "publishing",
    "refuses unknown fields": "unknown-fields",
    "forgets cancellations": "cancellation",
    "ignores supplements": "supplement",
    "dies of what it cannot read": "unreadable",
    "swallows what it cannot read": "unreadable",
    "puts back what it cannot read": "unreadable",
    "believes anybody": "sender",
    "drops what came back": "unroutable",
    "knows no SIGTERM": "stop",
    "ends with its connection": "cut-line",
}
"""Each fault of the worker, and the check that must find it."""

WITHOUT_RESTART = ",".join(name for name in NAMES if name != "broker-restart")
"""The restart takes longer than all others together; one worker has to go through it."""

SHORT = {"silent": 0.3, "late": 0.5, "ignores supplements": 1.0, "drops what came back": 1.0}
"""Where the fault is that nothing comes: how many seconds are waited for it."""


@pytest.fixture(scope="module")
def node() -> Iterator[BrokerNode]:
    """The broker of this file: its checks restart it."""
    install_rabbitmq()
    place = tempfile.TemporaryDirectory(prefix="onewindow-check-")
    with place as folder, BrokerNode(Path(folder)) as node:
        Passwords(node.folder / PASSWORDS)  # made before several ask for them at once
        yield node


@pytest.fixture(scope="module")
def findings(node: BrokerNode) -> dict[str, list[Finding]]:
    """What was found in each faulty worker; several at a time, for most of it is waiting."""
    with ThreadPoolExecutor(max_workers=4) as at_once:
        found = at_once.map(lambda fault: check_faulty(node, fault, CAUGHT[fault]), CAUGHT)
        return dict(zip(CAUGHT, found, strict=True))


def check_faulty(node: BrokerNode, fault: str, *only: str) -> list[Finding]:
    wanted = Wanted(
        command=("env", f"FAULT={fault}", *FAULTY),
        sample=samples.of_contract("planning"),
        within=SHORT.get(fault, BROKEN_WITHIN),
        only=only,
    )
    with tempfile.TemporaryDirectory() as folder:
        return run(wanted, node, Path(folder), tell=lambda _: None)


def broken(findings: Sequence[Finding]) -> dict[str, list[str]]:
    return {it.check: [each.seen for each in it.troubles] for it in findings if it.troubles}


@pytest.fixture(scope="module")
def nodejs_worker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install_worker(tmp_path_factory.mktemp("nodejs") / "worker")


@pytest.fixture
def command(node: BrokerNode, monkeypatch: pytest.MonkeyPatch):
    """`worker check --json`, at the broker of this file instead of one of its own."""
    monkeypatch.setattr(do_worker, "private_broker", lambda _folder: nullcontext(node))

    def call(*arguments: str, worker: Sequence[str]) -> Result:
        asked = ["check", "--json", "--within", WITHIN, *arguments, "--", *worker]
        return CliRunner().invoke(do_worker.app, asked)

    return call


def verdicts(result: Result) -> dict[str, str]:
    return {it["check"]: it["verdict"] for it in json.loads(result.stdout)["checks"]}


@pytest.mark.parametrize("fault", CAUGHT)
def test_a_worker_with_a_fault_is_caught_by_the_check_that_is_about_it(findings, fault):
    assert CAUGHT[fault] in broken(findings[fault])


def test_every_check_of_a_worker_is_shown_to_find_something():
    assert set(NAMES) - set(CAUGHT.values()) == {"broker-restart"}


def test_the_fault_is_told_with_the_field_and_what_to_do(findings):
    (trouble,) = [it for each in findings["wrong field"] for it in each.troubles]
    assert "outcome" in trouble.seen
    assert "asyncapi.yaml" in trouble.expected
    assert trouble.remedy


def test_the_same_worker_without_a_fault_passes(command):
    result = command("--only", WITHOUT_RESTART, worker=FAULTY)
    assert result.exit_code == 0, result.output
    assert set(verdicts(result).values()) == {"passed"}


def test_a_worker_that_breaks_the_contract_ends_the_command_with_status_1(command):
    faulty = ("env", "FAULT=not persistent", *FAULTY)
    result = command("--only", "envelope", worker=faulty)
    assert result.exit_code == 1
    assert verdicts(result) == {"connect": "passed", "answer": "passed", "envelope": "broken"}


def test_a_worker_in_nodejs_that_was_written_from_the_contract_passes(command, nodejs_worker):
    result = command(worker=("node", str(nodejs_worker / "worker.js")))
    assert result.exit_code == 0, result.output
    assert verdicts(result) == dict.fromkeys(("connect", *NAMES), "passed")


def test_the_tests_of_the_worker_in_nodejs_pass(nodejs_worker):
    assert "# fail 0" in npm(nodejs_worker, "test")


def test_a_project_that_worker_new_makes_passes_its_test_and_the_checks(
    command, tmp_path, monkeypatch
):
    folder = tmp_path / "project"
    made = CliRunner().invoke(do_worker.app, ["new", str(folder)])
    assert made.exit_code == 0, made.output
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PYTHONPATH", str(SDK))
    pytest_run = [sys.executable, "-m", "pytest", "-q", "-p", "no:pytest_nameko"]
    tested = subprocess.run(pytest_run, check=False, capture_output=True, text=True)
    assert tested.returncode == 0, tested.stdout + tested.stderr
    result = command("--only", WITHOUT_RESTART, worker=PROJECT)
    assert result.exit_code == 0, result.output
    assert set(verdicts(result).values()) == {"passed"}


def test_a_task_of_an_item_asks_for_what_the_item_asks_for(command, tmp_path, monkeypatch):
    make(tmp_path / "project", "public-security")
    monkeypatch.chdir(tmp_path / "project")
    monkeypatch.setenv("PYTHONPATH", str(SDK))
    item = ("--item", "hotel-licence", "--task", "trade-licence", "--only", "fields")
    result = command(*item, worker=PROJECT)
    assert result.exit_code == 1
    assert "an approval must carry the document hotel-licence-document" in result.stdout


def test_a_worker_that_was_started_elsewhere_is_checked_but_neither_killed_nor_stopped(
    node, tmp_path
):
    started: list[Subject] = []

    def start(variables):
        started.append(Subject(FAULTY, {**os.environ, **variables}, tmp_path / "log"))
        started[0].start()

    only = ("answer", "duplicate", "kill", "stop", "envelope")
    wanted = Wanted(command=(), sample=samples.of_contract("planning"), within=60.0, only=only)
    try:
        found = run(wanted, node, tmp_path, tell=lambda _: None, announce=start)
        assert started[0].running
    finally:
        started[0].kill()
    assert {it.check for it in found if it.verdict == "not tried"} == {"kill", "stop"}
    assert broken(found) == {}


def test_an_interrupted_check_leaves_neither_worker_nor_virtual_host_behind(node, tmp_path):
    before = node.admin.vhosts()
    running: list[ProcessId] = []

    def interrupt(_finding):
        running.extend(it for it in descendants(os.getpid()) if is_faulty(it))
        raise KeyboardInterrupt

    wanted = Wanted(command=FAULTY, sample=samples.of_contract("planning"))
    with pytest.raises(KeyboardInterrupt):
        run(wanted, node, tmp_path, tell=interrupt)
    assert len(running) == 1
    assert not running[0].alive
    assert node.admin.vhosts() == before


def is_faulty(process: ProcessId) -> bool:
    return FAULTY[1].encode() in Path(f"/proc/{process.pid}/cmdline").read_bytes()
