"""Processes are killed, and there are several: nothing is lost, nothing has its effect twice."""

import json
import os
import signal
import threading
import uuid

import pytest
import sqlalchemy as sa

from services.department.systems import tables
from tests.unit.department.samples import assigned
from tests.unit.department.systems.routing import answers_about
from tests.unit.department.systems.theirs import SECRET
from tests.unit.department.systems.waiting import until


@pytest.fixture(scope="module")
def office(theirs, connected, tmp_path_factory):
    folder = tmp_path_factory.mktemp("exchange")
    (folder / "secrets").write_text(f"k1 {SECRET}\n")
    for part in ("out", "in"):
        (folder / part).mkdir()
    http = {
        "tasks": {"url": f"{theirs.url}/killed"},
        "secrets": {"file": str(folder / "secrets")},
        "timeout_seconds": 0.5,
    }
    exchange = {
        "tasks": {"folder": str(folder / "out"), "format": "json"},
        "results": {"folder": str(folder / "in")},
        "every_seconds": 0.1,
        "settle_seconds": 0,
    }
    ways = {
        "over-http": {"http": http},
        "patient": {"http": http | {"timeout_seconds": 10}},
        "by-file": {"folder": exchange},
    }
    started = connected(ways, processes=2)
    started.exchange = folder
    return started


def given(office, department, count):
    tasks = [assigned(str(uuid.uuid4()), department) for _ in range(count)]
    office.say(*tasks)
    return tasks


def test_several_processes_tell_each_task_once(office, theirs):
    tasks = given(office, "patient", 30)  # who answers late is told again
    for task in tasks:
        theirs.about("/killed", task)
    until(lambda: not untold(office))
    assert [len(theirs.about("/killed", task)) for task in tasks] == [1] * 30


def untold(office):
    query = sa.select(tables.news.c.id).where(tables.news.c.told_at.is_(None))
    with office.database.reading() as tx:
        return tx.execute(query).all()


def test_killed_after_their_200_and_before_our_commit_it_is_told_again_under_its_id(office, theirs):
    processes = [it.process for it in office.services]

    def answers_one_that_is_dead(handler):
        for process in processes:
            os.kill(process.pid, signal.SIGSTOP)
        handler.reply(200, {}, b"{}")
        for service in office.services:
            service.kill()
        del theirs.answers["/killed"]

    theirs.answers["/killed"] = answers_one_that_is_dead
    (task,) = given(office, "over-http", 1)
    theirs.about("/killed", task)
    until(lambda: all(process.poll() is not None for process in processes))
    assert untold(office)
    office.services[0].start()
    told = theirs.about("/killed", task, 2)
    assert len({it["headers"]["OneWindow-Delivery"] for it in told}) == 1
    until(lambda: not untold(office))
    assert office.task(task).version == 1


def test_a_service_that_is_told_to_stop_does_not_wait_for_a_slow_system(
    theirs, connected, tmp_path
):
    (tmp_path / "secrets").write_text(f"k1 {SECRET}\n")
    http = {
        "tasks": {"url": f"{theirs.url}/endless"},
        "secrets": {"file": str(tmp_path / "secrets")},
    }
    stopping = connected({"endless": {"http": http | {"timeout_seconds": 60}}})
    ended = threading.Event()
    theirs.answers["/endless"] = lambda _: ended.wait(60)
    (task,) = given(stopping, "endless", 1)
    theirs.about("/endless", task)
    stopping.services[0].process.terminate()
    assert stopping.services[0].process.wait(20) == 0
    ended.set()


def test_killed_in_the_midst_of_a_file_each_row_counts_once(office):
    tasks = given(office, "by-file", 400)
    until(lambda: not untold(office))
    rows = [{"assignment": it.assignment, "act": "acceptance"} for it in tasks]
    rows += [
        {"assignment": it.assignment, "act": "completion", "outcome": "approved"} for it in tasks
    ]
    path = office.exchange / "in" / "results.json"
    beside = office.exchange / "in" / ".results"
    beside.write_text(json.dumps(rows))
    beside.rename(path)
    until(lambda: rows_done(office))
    office.services[0].kill()
    assert 0 < rows_done(office) < 800
    office.services[0].start()
    until(lambda: not path.exists())
    assert rows_done(office) == 800
    assert not list((office.exchange / "in").glob("*.errors.csv"))
    answers = answers_about(office.database, None)
    for task in tasks:
        names = [type(it).__name__ for it in answers[task.assignment]]
        assert names == ["TaskAccepted", "TaskCompleted"]


def rows_done(office):
    with office.database.reading() as tx:
        return tx.execute(sa.select(sa.func.max(tables.files.c.rows_done))).scalar() or 0
