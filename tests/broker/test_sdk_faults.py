"""A worker that is killed, stopped, or whose broker goes away: nothing lost, nothing twice."""

import json
import os
import signal
import sqlite3
import subprocess
import threading
from collections import Counter
from contextlib import closing

import pytest
from onewindow_worker import Worker, approve

from deploy.local.broker_config import SERVER, environment
from deploy.local.broker_setup import set_up
from deploy.local.passwords import Passwords
from tests.broker.sdk_office import DEPARTMENTS, Office

WRITES_ITS_OWN_FILE = """
import os
import time
from onewindow_worker import Worker, approve

worker = Worker.from_environment()
calls = os.open("calls", os.O_CREAT | os.O_APPEND | os.O_WRONLY)

@worker.task()
def handle(task):
    os.write(calls, (task.assignment + "\\n").encode())
    if not os.path.exists(task.assignment):
        os.close(os.open(task.assignment, os.O_CREAT | os.O_EXCL))
    time.sleep(0.002)
    return approve("conforms", results={"pid": os.getpid()})
"""

WAITS_FOR_A_SIGN = """
import os
import time
from onewindow_worker import Worker, approve

worker = Worker.from_environment()

@worker.task()
def handle(task):
    open("began-" + task.assignment, "w").close()
    while not os.path.exists("go"):
        time.sleep(0.01)
    return approve("conforms")
"""


@pytest.fixture
def office(vhost, tmp_path):
    vhost.set_up(DEPARTMENTS)
    with closing(Office(vhost.uri, tmp_path)) as office:
        yield office


@pytest.fixture
def node(broker_of_its_own):
    return broker_of_its_own


@pytest.fixture
def office_at_node(node, tmp_path):
    passwords = Passwords(tmp_path / "passwords")
    set_up(node.admin, "stack", passwords, departments=DEPARTMENTS)

    def uri_of(user):
        return node.address.uri(user, user and passwords.of(user), vhost="stack")

    with closing(Office(uri_of, tmp_path)) as office:
        yield office


def answers(count):
    """Enough results: every assignment has one."""
    return lambda got: len({each.assignment for each in got}) >= count


def ids_by_assignment(results):
    ids = {}
    for each in results:
        ids.setdefault(each.assignment, set()).add(each.properties.message_id)
    return ids


def lines(file):
    return file.read_text().splitlines() if file.exists() else []


def test_a_worker_killed_again_and_again_has_every_effect_and_every_result_once(office):
    calls = office.folder / "calls"
    office.assign(*range(200))
    kills = 0
    for enough in (20, 70, 120, 170):
        with office.process(WRITES_ITS_OWN_FILE) as process:
            office.until(lambda enough=enough: len(lines(calls)) >= enough)
            process.kill()
            kills += 1
    with office.process(WRITES_ITS_OWN_FILE) as process:
        results = office.results(answers(200))
        office.until(lambda: office.waiting() == 0)
        assert process.stop() == 0
    assert {len(ids) for ids in ids_by_assignment(results).values()} == {1}
    assert len(ids_by_assignment(results)) == 200
    times = Counter(lines(calls))
    assert len(times) == 200
    assert len(list(office.folder.glob("a-*"))) == 200
    assert sum(times.values()) > 200, "no kill fell between a call and its journal entry"
    assert max(times.values()) <= 1 + kills
    assert process.said("Worker stopped")


def test_a_task_with_a_result_in_the_journal_is_never_handled_again(office):
    calls = office.folder / "calls"
    office.assign(*range(50))
    with office.process(WRITES_ITS_OWN_FILE):
        first = office.results(answers(50))
        ids = ids_by_assignment(first)
    office.assign(*range(50))
    with office.process(WRITES_ITS_OWN_FILE):
        office.results(lambda got: len(got) >= 100)
    assert ids_by_assignment(office.first(100)) == ids
    assert Counter(lines(calls)).most_common(1)[0][1] == 1


def test_a_stopped_worker_finishes_what_it_began_and_leaves_the_rest(office):
    office.assign(*range(5))
    with office.process(WAITS_FOR_A_SIGN) as process:
        office.until((office.folder / "began-a-0").exists)
        process.popen.send_signal(signal.SIGTERM)
        office.until(lambda: office.waiting() == 0)
        (office.folder / "go").touch()
        assert process.popen.wait(30) == 0
    assert [each.assignment for each in office.first(1)] == ["a-0"]
    office.until(lambda: office.waiting() == 4)
    assert not (office.folder / "began-a-1").exists()


def test_a_second_signal_ends_a_worker_whose_handler_hangs(office):
    office.assign(1)
    with office.process(WAITS_FOR_A_SIGN) as process:
        office.until((office.folder / "began-a-1").exists)
        process.popen.send_signal(signal.SIGTERM)
        office.until(lambda: process.popen.send_signal(15) or process.popen.poll() is not None)
    assert process.popen.returncode == -signal.SIGTERM
    office.until(lambda: office.waiting() == 1)


def test_a_second_worker_waits_and_takes_over_when_the_first_dies(office):
    office.assign(1)
    with office.process(WAITS_FOR_A_SIGN) as first:
        office.until((office.folder / "began-a-1").exists)
        with office.process(WAITS_FOR_A_SIGN) as second:
            office.until(lambda: second.said("Another worker uses this journal"))
            (office.folder / "go").touch()
            first.kill()
            assert [each.assignment for each in office.first(1)] == ["a-1"]


def test_a_setting_that_is_missing_is_one_sentence_and_status_two(office):
    with office.process(WAITS_FOR_A_SIGN, ONEWINDOW_WORKER_URI="") as process:
        assert process.popen.wait(30) == 2
    said = process.log.read_text()
    assert said.startswith("onewindow-worker: ONEWINDOW_WORKER_URI is not set")
    assert "Traceback" not in said


def test_a_broker_that_restarts_in_the_middle_of_work_loses_and_doubles_nothing(
    node, office_at_node
):
    office = office_at_node
    worker, calls = office.worker(), []

    @worker.task()
    def handle(task):
        calls.append(task.assignment)
        threading.Event().wait(0.01)
        return approve()

    office.assign(*range(200))
    with office.running(worker):
        office.until(lambda: len(calls) >= 20)
        node.restart()
        results = office.results(answers(200))
        office.until(lambda: office.waiting() == 0)
    assert sorted(calls) == sorted(f"a-{number}" for number in range(200))
    assert {len(ids) for ids in ids_by_assignment(results).values()} == {1}


def test_a_result_waits_in_the_journal_while_the_broker_is_gone(node, office_at_node, caplog):
    office, health = office_at_node, office_at_node.folder / "planning.health"
    worker = office.worker(health_file=health)
    began, go_on = threading.Event(), threading.Event()

    @worker.task()
    def handle(task):
        began.set()
        go_on.wait(60)
        return approve()

    office.assign(1)
    with office.running(worker):
        assert began.wait(30)
        node.kill()
        office.until(lambda: "Not connected" in caplog.text)
        go_on.set()
        office.until(lambda: standing(office.journal) == "answered")
        office.until(lambda: told(health) == ("reconnecting", 1))
        node.start()
        results = office.first(1)
        office.until(lambda: told(health) == ("connected", 0))
    assert {each.properties.message_id for each in results} == {results[0].properties.message_id}


def told(health):
    said = json.loads(health.read_text())
    return said["state"], said["backlog"]


def standing(journal):
    connection = sqlite3.connect(journal)
    row = connection.execute("SELECT standing FROM tasks").fetchone()
    connection.close()
    return row and row[0]


def test_results_wait_while_the_broker_is_short_of_memory(node, office_at_node, caplog):
    caplog.set_level("INFO")
    office = office_at_node
    worker = office.worker()
    began, go_on = threading.Event(), threading.Event()

    @worker.task()
    def handle(task):
        began.set()
        go_on.wait(60)
        return approve()

    office.assign(*range(20))
    with office.running(worker):
        assert began.wait(30)
        limit_memory(node, "0.00001")
        go_on.set()
        office.until(lambda: "short of memory" in caplog.text)
        office.until(lambda: standing(office.journal) == "answered")
        limit_memory(node, "0.6")
        assert set(ids_by_assignment(office.results(answers(20)))) == {f"a-{n}" for n in range(20)}
    assert "takes results again" in caplog.text


def limit_memory(node, share):
    env = environment(node.identity, node.folder, os.environ)
    command = [str(SERVER.parent / "rabbitmqctl"), "set_vm_memory_high_watermark", share]
    subprocess.run(command, check=True, env=env, stdout=subprocess.DEVNULL)


def test_a_new_password_is_taken_from_the_file_at_the_next_connection(
    node, office_at_node, tmp_path
):
    user, file, office = "department.planning", tmp_path / "uri", office_at_node
    file.write_text(office.uri_of(user))
    worker = Worker("planning", uri_file=file, journal=office.journal)
    worker.task()(lambda task: approve("conforms"))
    with office.running(worker):
        office.assign(1)
        office.first(1)
        node.admin.create_user(user, password="another secret")
        file.write_text(node.address.uri(user, "another secret", vhost="stack"))
        office.until(lambda: node.admin.disconnect(user) > 0)
        office.assign(2)
        assert {it.assignment for it in office.first(2)} == {"a-1", "a-2"}
