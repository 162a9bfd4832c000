"""The order of a case's messages, over several queues and processes."""

import signal

import pika
import pytest

from shared.messages.codec import encode
from tests.broker.delivery_office import DELAYS, DEPARTMENTS, Office, case, code, until

PARTITIONS = 4
CODES, STEPS = 25, 30


@pytest.fixture
def office(vhost, postgres_database, tmp_path):
    vhost.set_up(DEPARTMENTS, partitions=PARTITIONS, retry_delays=DELAYS)
    office = Office(vhost.uri, tmp_path, database=postgres_database, partitions=PARTITIONS)
    yield office
    office.close()


def hand_in(office: Office, first: int, last: int) -> None:
    """Steps of every case, one case after the other in each step."""
    with office.channel("intake") as channel:
        for step in range(first, last):
            for number in range(CODES):
                properties = office.properties("intake", code(number), f"m-{number}-{step}")
                body = _step(number, step)
                channel.basic_publish("cases", "case.accepted", body, properties)


def _step(number: int, step: int) -> bytes:
    return encode(case(number, number=step))


def in_order(office: Office) -> None:
    steps: dict[str, list[int]] = {}
    for row in office.effects():
        steps.setdefault(row.case_code, []).append(row.stated)
    assert steps == {code(number): list(range(STEPS)) for number in range(CODES)}


def test_a_case_keeps_its_order_with_two_processes_of_which_one_is_killed(office):
    first, second = office.start(), office.start()
    hand_in(office, 0, 10)
    until(lambda: len(office.effects()) == 10 * CODES, "the first steps")
    hand_in(office, 10, 20)
    first.kill()
    hand_in(office, 20, STEPS)
    until(lambda: len(office.effects()) == STEPS * CODES, "every step")
    in_order(office)
    until(lambda: office.unsent() == 0, "an empty outbox")
    tasks = office.tasks()
    for number in range(CODES):
        sent = [it["form"]["number"] for it in tasks if it["case"] == code(number)]
        assert list(dict.fromkeys(sent)) == list(range(STEPS))
    second.stop()


def test_what_a_killed_process_committed_goes_out_before_what_comes_later(vhost, tmp_path):
    """The process that takes over was there all the time: it does not begin by looking round."""
    vhost.set_up(DEPARTMENTS, retry_delays=DELAYS)
    office = Office(vhost.uri, tmp_path)
    try:
        first = office.start(CRASH="between commit and publish")
        until(lambda: _readers(office) == 1, "the first process")
        office.start()
        until(lambda: _readers(office) == 2, "the second process")
        _hand_in_step(office, 0)
        assert first.wait() == -signal.SIGKILL
        _hand_in_step(office, 1)
        until(lambda: len({it["form"]["number"] for it in office.tasks()}) == 2, "both tasks")
        assert [it["form"]["number"] for it in office.tasks()][:2] == [0, 1]
    finally:
        office.close()


def _hand_in_step(office: Office, step: int) -> None:
    with office.channel("intake") as channel:
        properties = office.properties("intake", code(1), f"m-{step}")
        channel.basic_publish("cases", "case.accepted", _step(1, step), properties)


def _readers(office: Office) -> int:
    """Every process of the service reads this queue."""
    with office.channel("routing") as channel:
        return channel.queue_declare("routing.parked", passive=True).method.consumer_count


def test_every_queue_has_one_active_reader_and_the_cases_are_spread(office, vhost):
    hand_in(office, 0, 1)

    def filled() -> list[int]:
        depths = {queue.name: queue.ready for queue in vhost.queues()}
        return [depths[f"routing.{index}"] for index in range(PARTITIONS)]

    until(lambda: sum(filled()) == CODES, "every message in a queue")
    assert sum(depth > 0 for depth in filled()) >= 3
    office.start()
    second = office.start()
    until(lambda: len(office.done()) == CODES, "every effect")
    assert second.running


def test_a_message_comes_back_from_its_delay_to_the_queue_of_its_case(office, vhost):
    """With its sender's header, its user_id and its place in the order of the hash."""
    arrived: dict[str, list[tuple[str, pika.BasicProperties]]] = {}
    with office.channel("routing") as channel:
        for number in range(CODES):
            straight = office.properties("routing", code(number), f"s-{number}")
            noted = {"onewindow-sender": "intake", "onewindow-attempt": 2}
            delayed = office.properties("routing", code(number), f"d-{number}", headers=noted)
            channel.basic_publish("routing.retry", "50", b"", delayed, mandatory=True)
            channel.basic_publish("routing.retry", "now", b"", straight, mandatory=True)
        for index in range(PARTITIONS):
            _note_arrivals(channel, f"routing.{index}", arrived)
        until(lambda: _pump(channel) or sum(map(len, arrived.values())) == 2 * CODES)
    for about in map(code, range(CODES)):
        (one, _), (two, delayed) = sorted(arrived[about], key=lambda it: it[1].message_id[0] < "e")
        assert one == two
        assert delayed.user_id == "routing"
        assert delayed.correlation_id == about
    back = [it for pairs in arrived.values() for _, it in pairs if it.message_id[0] == "d"]
    assert all(it.headers["onewindow-sender"] == "intake" for it in back)


def _note_arrivals(channel, queue, arrived):
    def note(_channel, _method, properties, _body):
        arrived.setdefault(properties.correlation_id, []).append((queue, properties))

    channel.basic_consume(queue, note, auto_ack=True)


def _pump(channel) -> bool:
    channel.connection.process_data_events(time_limit=0.05)
    return False


def test_a_message_of_no_case_has_a_queue_too(office):
    with office.channel("intake") as channel:
        for number in range(3):
            properties = office.properties("intake", None, f"n-{number}")
            channel.basic_publish(
                "cases", "case.accepted", _step(number, 0), properties, mandatory=True
            )
    office.start()
    until(lambda: len(office.done()) == 3, "every effect")
