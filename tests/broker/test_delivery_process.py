"""A service process as a whole: under eventlet, with its timer, its HTTP door and its end."""

import http.client
import json
import signal
import socket
import threading
from contextlib import closing

import pytest

from deploy.local.ports import free_ports
from tests.broker.delivery_office import DELAYS, DEPARTMENTS, Office, case, code, until

CASES = 300
AT_ONCE = 20.0
"""Seconds. It takes less than one where the machine has nothing else to do."""


@pytest.fixture
def office(vhost, tmp_path):
    vhost.set_up(DEPARTMENTS, retry_delays=DELAYS)
    office = Office(vhost.uri, tmp_path)
    yield office
    office.close()


def lines(process) -> list[dict]:
    """What it logged; not what Python and eventlet print of a crash."""
    said = process.log.read_text().splitlines()
    return [json.loads(line) for line in said if line.startswith("{")]


def test_a_process_told_to_stop_finishes_its_batch_and_ends_at_once_without_a_word(office):
    process = office.start()
    office.hand_in(*map(case, range(CASES)))
    until(lambda: bool(office.done()), "a first effect")
    status, seconds = process.stop()
    assert status == 0
    assert seconds < AT_ONCE
    assert process.log.read_text() == ""
    done = office.done()
    assert set(done.values()) == {1}
    # What was committed was sent and acknowledged: nothing is left for anybody else.
    assert office.unsent() == 0
    assert {it["case"] for it in office.tasks()} == set(done)
    office.start()
    until(lambda: len(office.done()) == CASES, "the other effects")
    assert set(office.done().values()) == {1}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_process_at_rest_stops_at_once(office, number):
    process = office.start()
    office.hand_in(case(1))
    until(lambda: bool(office.done()), "an effect")
    process.signal(number)
    assert process.wait() == 0
    assert lines(process) == []


def test_a_process_whose_broker_is_not_there_stops_as_well(office):
    process = office.start(AMQP_URI="amqp://routing:x@127.0.0.1:1/office")
    until(lambda: process.said("broker connection lost"), "a failed connection")
    status, seconds = process.stop()
    assert status == 0
    assert seconds < AT_ONCE
    assert {line["event"] for line in lines(process)} <= {"broker connection lost", "not receiving"}


def test_a_process_ends_with_an_error_when_its_timer_breaks(office):
    process = office.start(TIMER="dies")
    assert process.wait() == 1
    assert any("the timer is broken" in line.get("exception", "") for line in lines(process))


def test_a_port_that_is_taken_is_said_in_one_sentence(office):
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        process = office.start(ONEWINDOW_HTTP=address)
        assert process.wait() == 1
    assert f"cannot serve at {address}, choose another address" in process.log.read_text()


def test_http_timer_and_batches_of_one_process_do_not_hold_each_other_up(office):
    """All of them write to one SQLite file; none may wait in the driver, which waits for all."""
    port = free_ports(1)[0]
    process = office.start(EVERY="0.005", SENDS="1", ONEWINDOW_HTTP=f"127.0.0.1:{port}")
    until(lambda: _listens(port), "an open door")
    slowest: list[float] = []
    clerks = [threading.Thread(target=_ask, args=(port, slowest)) for _ in range(4)]
    for clerk in clerks:
        clerk.start()
    office.hand_in(*map(case, range(CASES)))
    for clerk in clerks:
        clerk.join()
    until(lambda: len(office.done()) == CASES, "every effect")
    assert len(slowest) == 4 * 25
    assert max(slowest) < 20
    status, seconds = process.stop()
    assert status == 0
    assert seconds < AT_ONCE


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _ask(port: int, took: list[float]) -> None:
    import time  # noqa: PLC0415

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for _ in range(25):
        begun = time.monotonic()
        connection.request("POST", "/cases", body=b"")
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200
        took.append(time.monotonic() - begun)
    connection.close()


def test_another_process_that_holds_the_file_stops_nobody_for_long(office):
    """Such as a command that changes something; a driver that waits would stop the whole process,
    and the timer with it."""
    process = office.start()
    office.hand_in(case(0))
    until(lambda: bool(office.done()), "an effect")
    with office.database.transaction():
        office.hand_in(case(1))
        until(lambda: process.running, "the process")
        threading.Event().wait(1)
    until(lambda: office.done()[code(1)] == 1, "the effect")
    assert lines(process) == []
