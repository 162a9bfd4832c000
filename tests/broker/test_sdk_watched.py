"""A worker process as its operator watches it: metrics over HTTP, and the check of its health."""

import json
import subprocess
import sys
import urllib.request
from contextlib import closing

import pytest
from prometheus_client.parser import text_string_to_metric_families

from deploy.local.ports import free_ports
from tests.broker.sdk_office import DEPARTMENTS, SOURCE, Office

FAILS_ONCE = """
from onewindow_worker import LATER, Worker, approve

worker = Worker.from_environment()
seen = set()

@worker.task()
def handle(task):
    if task.assignment == "a-2" and task.assignment not in seen:
        seen.add(task.assignment)
        raise ValueError("the archive is away")
    return LATER if task.assignment == "a-3" else approve()
"""


@pytest.fixture
def office(vhost, tmp_path):
    vhost.set_up(DEPARTMENTS)
    with closing(Office(vhost.uri, tmp_path)) as office:
        yield office


def scraped(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=60) as page:
        families = text_string_to_metric_families(page.read().decode())
        return {
            (sample.name.removeprefix("onewindow_worker_"), *list(sample.labels.values())[1:]): (
                sample.value
            )
            for family in families
            for sample in family.samples
        }


def healthy(file):
    """The status and the words of `python -m onewindow_worker healthy FILE`."""
    command = [sys.executable, "-m", "onewindow_worker", "healthy", "--json", str(file)]
    done = subprocess.run(
        command,
        check=False,
        env={"PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
    )
    return done.returncode, json.loads(done.stdout)


def test_a_running_worker_is_watched_by_metrics_and_a_health_file(office):
    port, file = free_ports(1)[0], office.folder / "planning.health"
    watched = {
        "ONEWINDOW_WORKER_METRICS_PORT": str(port),
        "ONEWINDOW_WORKER_HEALTH_FILE": str(file),
        "ONEWINDOW_WORKER_RETRY_AFTER": "0.05",
    }
    office.assign(1, 2, 3)
    office.send(b"{", message_id="poison")
    assert healthy(file)[0] == 1
    with office.process(FAILS_ONCE, **watched) as process:
        office.first(3)
        office.until(lambda: scraped(port)["results_sent_total",] == 3)
        office.until(lambda: scraped(port)["journal_backlog",] == 0)
        office.until(lambda: scraped(port)["open_assignments", "open"] == 1)
        said = scraped(port)
        status, told = healthy(file)
        assert (status, told["state"], told["backlog"]) == (0, "connected", 0)
        assert told["pid"] == process.popen.pid
        assert process.stop() == 0
    assert said["received_total", "task.assigned"] == 4
    assert (said["handled_total", "approved"], said["handled_total", "later"]) == (2, 1)
    assert (said["failed_total",], said["parked_total",]) == (1, 1)
    assert (said["connected",], said["reconnects_total",]) == (1, 0)
    assert (said["journal_backlog",], said["handler_seconds_count",]) == (0, 4)
    assert healthy(file)[0] == 1


def test_a_worker_that_waits_for_the_journal_is_on_standby_and_well(office):
    file = office.folder / "standby.health"
    with office.process(FAILS_ONCE) as first:
        office.until(lambda: first.said("Connected to the broker"))
        with office.process(FAILS_ONCE, ONEWINDOW_WORKER_HEALTH_FILE=str(file)) as second:
            office.until(lambda: second.said("Another worker uses this journal"))
            office.until(file.exists)
            status, told = healthy(file)
            assert (status, told["state"]) == (0, "standby")


def test_a_health_file_that_cannot_be_written_stops_the_worker_at_its_start(office):
    file = office.folder / "nowhere" / "planning.health"
    with office.process(FAILS_ONCE, ONEWINDOW_WORKER_HEALTH_FILE=str(file)) as process:
        assert process.popen.wait(30) == 2
    assert process.said("onewindow-worker: health_file: cannot be written")
