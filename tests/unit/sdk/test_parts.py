"""The small parts: acknowledgements, delays, handlers, settings, log lines."""

import json
import logging
import pickle
import random
import threading
from queue import SimpleQueue

import pytest

from onewindow_worker import (
    InvalidResult,
    InvalidSettings,
    JsonFormatter,
    Note,
    TextFormatter,
    Worker,
    approve,
    resume,
)
from onewindow_worker.__main__ import find
from onewindow_worker.acks import Acks
from onewindow_worker.backoff import delay
from onewindow_worker.errors import Unhandled
from onewindow_worker.events import Job
from onewindow_worker.handling import Handlers, Pool
from onewindow_worker.settings import Settings
from onewindow_worker.tasks import read_task
from tests.unit.sdk.messages import assigned, delivery

URI = "amqp://department.planning:secret@127.0.0.1:5672/stack"


def test_neighbours_are_acknowledged_together():
    acks = Acks()
    for tag in range(1, 6):
        acks.delivered(tag)
    assert acks.settle([3, 1, 2]) == [(3, True)]
    assert acks.settle([5]) == [(5, False)]
    assert acks.settle([4, 4, 99]) == [(4, True)]


@pytest.mark.parametrize("seed", range(50))
def test_every_delivery_is_acknowledged_exactly_once_and_no_held_one(seed):
    dice = random.Random(seed)
    acks, held, gone = Acks(), set(), set()
    tag = 0
    for _step in range(60):
        for _new in range(dice.randrange(4)):
            tag += 1
            acks.delivered(tag)
            held.add(tag)
        chosen = {each for each in held if dice.random() < 0.3}
        if chosen and dice.random() < 0.2:
            rejected = chosen.pop()
            acks.rejected(rejected)
            held.remove(rejected)
        open_before = set(held)
        held -= chosen
        covered: list = []
        for upto, multiple in acks.settle(chosen):
            batch = {each for each in open_before if each <= upto} if multiple else {upto}
            open_before -= batch
            covered += batch
        assert sorted(covered) == sorted(chosen)
        assert not gone & set(covered)
        gone |= set(covered)


def test_delays_grow_to_a_cap_and_differ():
    assert 0.75 <= delay(1, first=1, most=30) <= 1
    assert 3 <= delay(3, first=1, most=30) <= 4
    assert 22.5 <= delay(10_000, first=1, most=30) <= 30
    assert len({delay(5, first=1, most=30) for _ in range(20)}) > 1


@pytest.mark.parametrize("answer", [None, True, "approved", approve, resume(), Note("half")])
def test_a_handler_must_answer(answer):
    handlers = Handlers(every=lambda task: answer)
    with pytest.raises(Unhandled, match="should return approve"):
        handlers.call(read_task(assigned()))


def test_so_many_handlers_run_at_once_as_there_are_threads():
    meeting, events = threading.Barrier(3), SimpleQueue()

    def handle(task):
        meeting.wait(30)  # nobody leaves before all three are there
        return approve()

    pool = Pool(Handlers(every=handle), 3, events)
    pool.start()
    for number in (1, 2, 3):
        task = read_task(assigned(number))
        pool.put(Job(task.assignment, task, [delivery(assigned(number))]))
    assert [events.get(timeout=30).error for _ in range(3)] == [None] * 3
    pool.stop()


def test_a_task_of_a_test_takes_notes_and_tells_nobody():
    task = read_task(assigned())
    task.progress("surveyed", percent=40)
    with pytest.raises(InvalidResult, match="percent: is 140; give a whole number from 0 to 100"):
        task.progress("surveyed", percent=140)
    with pytest.raises(InvalidResult, match="note: is empty"):
        task.progress("")


def test_a_task_may_be_handed_to_another_process():
    task = read_task(assigned())
    task.tell_to(lambda _task, _note: None)
    copied = pickle.loads(pickle.dumps(task))
    assert copied == task
    copied.progress("nobody hears this")


def test_a_handler_for_the_task_goes_before_the_one_for_every_task():
    worker = Worker("planning", URI)

    @worker.task()
    def every(task):
        return approve("every")

    @worker.task("planning-permit", "land-use")
    def own(task):
        return approve("own")

    call = worker._handlers.call
    assert call(read_task(assigned())).opinion == "own"
    assert call(read_task(assigned(task="other"))).opinion == "every"


def test_two_handlers_for_one_task_are_refused():
    worker = Worker("planning", URI)
    worker.task("x")(lambda task: approve())
    with pytest.raises(InvalidSettings, match="the task x has two handlers"):
        worker.task("x")(lambda task: approve())


def test_a_worker_without_handlers_does_not_run(tmp_path):
    with pytest.raises(InvalidSettings, match="no handler"):
        Worker("planning", URI, journal=tmp_path / "j").run()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"department": "Planning Office"}, "department: "),
        ({"uri": "http://broker"}, "uri: "),
        ({"threads": 0}, "threads: "),
        ({"prefetch": 70_000}, "prefetch: "),
        ({"attempts": 0}, "attempts: "),
        ({"retry_after": 0}, "retry_after: "),
    ],
)
def test_a_wrong_setting_is_named(changes, said):
    given = {"department": "planning", "uri": URI, **changes}
    with pytest.raises(InvalidSettings, match=said):
        Worker(given.pop("department"), given.pop("uri"), **given)


def test_settings_come_from_the_environment():
    given = {"DEPARTMENT": "planning", "URI": URI, "THREADS": "4", "RETRY_AFTER": "0.5"}
    settings = Settings.from_environment({f"ONEWINDOW_WORKER_{k}": v for k, v in given.items()})
    assert settings == Settings(
        department="planning", uri=URI, journal="planning.journal", threads=4, retry_after=0.5
    )


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "ONEWINDOW_WORKER_DEPARTMENT is not set"),
        ({"ONEWINDOW_WORKER_DEPARTMENT": "planning"}, "ONEWINDOW_WORKER_URI is not set"),
        (
            {
                "ONEWINDOW_WORKER_DEPARTMENT": "planning",
                "ONEWINDOW_WORKER_URI": URI,
                "ONEWINDOW_WORKER_THREADS": "many",
            },
            "ONEWINDOW_WORKER_THREADS is 'many'",
        ),
    ],
)
def test_a_wrong_variable_is_named(environment, said):
    with pytest.raises(InvalidSettings, match=said):
        Settings.from_environment(environment)


def test_the_address_may_stand_in_a_file_which_is_read_each_time(tmp_path):
    file = tmp_path / "uri"
    file.write_text(f"{URI}\n")
    settings = Settings.from_environment(
        {"ONEWINDOW_WORKER_DEPARTMENT": "planning", "ONEWINDOW_WORKER_URI_FILE": str(file)}
    )
    assert settings.address() == URI
    file.write_text("amqp://department.planning:NEW@127.0.0.1:5672/onewindow")
    assert "NEW" in settings.address()
    file.write_text("http://127.0.0.1")
    with pytest.raises(InvalidSettings, match=r"uri: the address .* begins with amqp"):
        settings.address()
    file.unlink()
    with pytest.raises(InvalidSettings, match="cannot be read"):
        settings.address()


def test_the_address_is_given_in_one_of_two_ways(tmp_path):
    for uri, uri_file in (("", ""), (URI, str(tmp_path / "uri"))):
        with pytest.raises(InvalidSettings, match="give either"):
            Settings(department="planning", uri=uri, uri_file=uri_file, journal="j")


def test_a_module_without_a_worker_is_refused():
    with pytest.raises(InvalidSettings, match="there is no module nowhere"):
        find("nowhere:worker")
    with pytest.raises(InvalidSettings, match="json:loads is no Worker"):
        find("json:loads")


def record():
    made = logging.makeLogRecord({"msg": "Task cancelled", "levelname": "INFO", "created": 0})
    made.case = "330100-2609-0000001-11"
    made.task = "planning-permit"
    return made


def test_facts_stand_beside_the_text_of_a_log_line():
    line = TextFormatter().format(record())
    assert line == (
        "1970-01-01T00:00:00.000+00:00 INFO Task cancelled "
        "case=330100-2609-0000001-11 task=planning-permit"
    )


def test_a_log_line_may_be_a_json_object():
    plain = json.loads(JsonFormatter().format(record()))
    assert plain["text"] == "Task cancelled"
    assert plain["case"] == "330100-2609-0000001-11"
