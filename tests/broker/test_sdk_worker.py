"""A worker against a real broker: what it answers, and what it does with what goes wrong."""

import json
import subprocess
import sys
import threading
from contextlib import closing
from datetime import UTC, datetime

import pytest
from onewindow_worker import (
    LATER,
    JournalUnusable,
    NotOpen,
    approve,
    reject,
    return_for_supplement,
    suspend,
)

from shared.messages import TaskCompleted, TaskReturned
from shared.messages.codec import decode
from tests.broker.sdk_office import DEPARTMENTS, SOURCE, Office
from tests.unit.sdk.messages import assigned, cancelled, supplemented

NOW = datetime(2026, 9, 18, 9, 30, tzinfo=UTC)


@pytest.fixture
def office(vhost, tmp_path):
    vhost.set_up(DEPARTMENTS)
    with closing(Office(vhost.uri, tmp_path)) as office:
        yield office


def test_a_task_is_answered_in_the_format_of_the_wire(office):
    worker = office.worker(clock=lambda: NOW)

    @worker.task("planning-permit")
    def handle(task):
        return approve("符合规划", results={"plot_ratio": 1.8})

    office.assign(1)
    with office.running(worker):
        (result,) = office.first(1)
    properties = result.properties
    message = decode(properties.type, properties.headers["schema-version"], _raw(result))
    assert message == TaskCompleted(
        case="330100-2609-0000001-11",
        assignment="a-1",
        department="planning",
        at=NOW,
        outcome="approved",
        opinion="符合规划",
        results={"plot_ratio": 1.8},
    )
    assert properties.correlation_id == message.case
    assert properties.user_id == "department.planning"
    assert properties.content_type == "application/json"
    assert properties.delivery_mode == 2
    assert properties.timestamp == int(NOW.timestamp())
    assert properties.app_id.startswith("onewindow-worker/")
    assert properties.headers["traceparent"] == f"00-{'a' * 32}-{'b' * 16}-01"
    assert office.waiting() == 0


def _raw(result):
    return json.dumps(result.body).encode()


def test_the_answer_to_a_long_task_comes_later_from_anywhere(office):
    worker = office.worker()
    worker.task()(lambda task: LATER)
    office.assign(1, 2)
    report = (
        "from onewindow_worker import Reporter, approve\n"
        f"Reporter({str(office.journal)!r}).complete('a-2', approve('from afar'))"
    )
    with office.running(worker):
        office.first(2)
        worker.complete("a-1", approve("from here"))
        command = [sys.executable, "-c", report]
        subprocess.run(command, check=True, env={"PYTHONPATH": str(SOURCE)})
        results = office.first(4)
    told = {(each.type, each.assignment, each.body.get("opinion")) for each in results}
    assert told == {
        ("task.accepted", "a-1", None),
        ("task.accepted", "a-2", None),
        ("task.completed", "a-1", "from here"),
        ("task.completed", "a-2", "from afar"),
    }


def test_a_result_reported_while_no_worker_runs_is_sent_when_one_starts(office):
    worker = office.worker()
    worker.task()(lambda task: LATER)
    office.assign(1)
    with office.running(worker):
        office.first(1)
    worker.complete("a-1", approve())
    again = office.worker()
    again.task()(lambda task: LATER)
    with office.running(again):
        assert [each.type for each in office.first(2)] == ["task.accepted", "task.completed"]


def test_a_special_procedure_is_suspended_resumed_and_decided(office):
    worker = office.worker()
    law = "Administrative Licensing Law, article 45"
    worker.task()(lambda task: suspend("hearing", legal_basis=law, days=20))
    office.assign(1)
    with office.running(worker):
        office.first(1)
        with pytest.raises(NotOpen, match="suspended"):
            worker.complete("a-1", approve())
        worker.resume("a-1", "heard")
        worker.complete("a-1", reject("too high", legal_basis=law))
        types = [each.type for each in office.first(3)]
    assert types == ["task.suspended", "task.resumed", "task.completed"]


def test_notes_on_progress_are_sent_in_their_order_before_the_answer(office):
    worker = office.worker(clock=lambda: NOW)

    @worker.task()
    def handle(task):
        task.progress("surveyed", percent=40, officer="Li")
        task.progress("drawn", percent=80)
        return LATER if task.assignment == "a-2" else approve()

    office.assign(1, 2)
    with office.running(worker):
        office.first(6)
        worker.progress("a-2", "waits for the laboratory")
        worker.complete("a-2", approve())
        results = office.first(8)
    told = [each.type for each in results if each.assignment == "a-1"]
    assert told == ["task.noted", "task.noted", "task.completed"]
    told = [each.type for each in results if each.assignment == "a-2"]
    assert told == ["task.noted"] * 2 + ["task.accepted", "task.noted", "task.completed"]
    note = decode("task.noted", 1, _raw(results[0]))
    assert (note.note, note.percent, note.officer, note.at) == ("surveyed", 40, "Li", NOW)
    assert len({each.properties.message_id for each in results}) == 8


def test_a_supplemented_task_is_handled_again(office):
    worker = office.worker()

    @worker.task()
    def handle(task):
        if task.supplemented:
            return approve(f"{task.form['area']} {task.note}")
        return return_for_supplement({"area": "is too large"})

    office.assign(1)
    with office.running(worker):
        office.first(1)
        office.send(supplemented(1), kind="task.supplemented")
        first, second = office.first(2)
    assert isinstance(decode(first.type, 1, _raw(first)), TaskReturned)
    assert second.body["opinion"] == "900 smaller now"


def test_a_cancelled_task_is_told_and_its_late_result_is_not_sent(office):
    worker = office.worker(threads=2)
    running, go_on, told = threading.Event(), threading.Event(), []

    @worker.task()
    def handle(task):
        if task.assignment == "a-1":
            running.set()
            go_on.wait(30)
        return approve()

    worker.cancelled(told.append)
    office.assign(1)
    with office.running(worker):
        assert running.wait(30)
        office.send(cancelled(1), kind="task.cancelled")
        office.assign(2)
        office.first(1)
        go_on.set()
        office.until(lambda: bool(told))
        office.assign(3)
        results = office.results(lambda got: any(each.assignment == "a-3" for each in got))
        with pytest.raises(NotOpen, match="cancelled"):
            worker.complete("a-1", approve())
    assert [each.assignment for each in results] == ["a-2", "a-3"]
    assert [each.reason for each in told] == ["the case was withdrawn"]


def test_a_repeated_task_is_handled_once_and_answered_under_the_same_id(office):
    worker, calls = office.worker(), []

    @worker.task()
    def handle(task):
        calls.append(task.assignment)
        return approve()

    office.assign(1, 1, 1)
    with office.running(worker):
        office.first(1)
        office.assign(1)
        office.send(assigned(1), message_id="another id")
        office.until(lambda: office.waiting() == 0)
        office.assign(2)
        results = office.results(lambda got: any(each.assignment == "a-2" for each in got))
    assert calls == ["a-1", "a-2"]
    assert len({each.properties.message_id for each in results if each.assignment == "a-1"}) == 1


def test_a_message_that_cannot_be_read_is_set_aside_and_the_rest_goes_on(office, caplog):
    worker = office.worker()
    worker.task()(lambda task: approve())
    office.send(b"{", message_id="poison")
    office.assign(1)
    with office.running(worker):
        office.first(1)
        office.until(lambda: office.waiting("routing.parked") == 1)
    assert "Message set aside: the body is not JSON" in caplog.text


def test_a_handler_that_fails_is_tried_again_then_set_aside_while_others_go_on(office, caplog):
    worker, calls = office.worker(attempts=3), []

    @worker.task()
    def handle(task):
        calls.append(task.assignment)
        if task.assignment == "a-1" or calls.count(task.assignment) < 2:
            raise ValueError("the archive is away")
        return approve()

    office.assign(1, 2, 3)
    with office.running(worker):
        results = office.first(2)
        office.until(lambda: office.waiting("routing.parked") == 1)
    assert {each.assignment for each in results} == {"a-2", "a-3"}
    assert calls.count("a-1") == 3
    assert "Task set aside at attempt 3: ValueError: the archive is away" in caplog.text


def test_a_result_that_no_queue_takes_is_kept_and_sent_again(office, caplog):
    worker = office.worker()
    worker.task()(lambda task: approve())
    channel = office.channel(None)
    channel.exchange_unbind("routing.in", "results", "#")
    office.assign(1)
    with office.running(worker):
        office.until(lambda: "The broker took no result" in caplog.text)
        channel.exchange_bind("routing.in", "results", "#")
        assert [each.assignment for each in office.first(1)] == ["a-1"]
    channel.connection.close()


def test_the_identity_of_another_department_is_refused_in_one_clear_sentence(office, caplog):
    worker = office.worker(department="tax")
    worker.task()(lambda task: approve())
    with office.running(worker):
        office.until(lambda: "Not connected" in caplog.text)
    assert (
        "the broker does not let department.planning read the tasks of the department tax: "
        "a worker for tax needs the broker user department.tax"
    ) in caplog.text


def test_a_worker_that_may_not_send_says_so_and_keeps_its_results(vhost, office, caplog):
    vhost.admin.permit(
        vhost.name, "department.planning", configure="", write="^$", read="^department.planning$"
    )
    worker = office.worker()
    worker.task()(lambda task: approve())
    office.assign(1)
    with office.running(worker):
        office.until(lambda: "does not let department.planning send results" in caplog.text)
        vhost.admin.permit(
            vhost.name, "department.planning", configure="", write="^results$", read="^department"
        )
        office.first(1)


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("amqp://department.planning:wrong@{host}/{vhost}", "does not let department.planning in"),
        ("amqp://department.planning:{password}@{host}/nowhere", "virtual host 'nowhere'"),
        ("amqp://department.planning:x@127.0.0.1:1/{vhost}", "127.0.0.1:1 is not reachable"),
        ("amqp://department.planning:x@broker.invalid/{vhost}", "no host broker.invalid"),
    ],
)
def test_an_address_that_leads_nowhere_is_explained(vhost, office, caplog, uri, said):
    address = vhost.address
    given = uri.format(
        host=f"{address.host}:{address.port}",
        vhost=vhost.name,
        password=vhost.passwords.of("department.planning"),
    )
    office.uri_of = lambda user: given
    worker = office.worker()
    worker.task()(lambda task: approve())
    with office.running(worker):
        office.until(lambda: "Not connected" in caplog.text)
    assert said in caplog.text


def test_a_department_without_a_worker_of_its_own_is_told(vhost, office, caplog):
    uri = vhost.add_user("department.fire", read="^department.fire$")
    office.uri_of = lambda user: uri
    worker = office.worker(department="fire")
    worker.task()(lambda task: approve())
    with office.running(worker):
        office.until(lambda: "Not connected" in caplog.text)
    assert "the broker has no tasks for fire" in caplog.text


def test_a_journal_of_another_department_stops_the_worker(office):
    worker = office.worker()
    worker.task()(lambda task: approve())
    with office.running(worker):
        office.until(office.journal.exists)
    other = office.worker(department="tax")
    other.task()(lambda task: approve())
    with pytest.raises(JournalUnusable, match="belongs to the department planning"):
        other.run()
