"""Connections: partial frames, silent peers, cut lines, and what becomes of those who wait."""

import itertools
import threading
from pathlib import Path

import pytest
from amqp.exceptions import AccessRefused

from shared.delivery import link, session
from shared.delivery.consumer import Consumer
from shared.delivery.link import BROKER_ERRORS, Link
from shared.delivery.publisher import NotSent, Publisher, Sending
from shared.delivery.wire import Wire
from tests.broker.delivery_office import DEPARTMENTS, NOW, case, until
from tests.broker.delivery_proxy import Proxy


@pytest.fixture
def broker_place(vhost):
    vhost.set_up(DEPARTMENTS)
    return vhost


@pytest.fixture
def proxy(broker_place):
    proxy = Proxy(broker_place.address.port)
    yield proxy
    proxy.close()


@pytest.fixture
def through(broker_place, proxy):
    """The address of a user by way of the proxy."""
    straight = f":{broker_place.address.port}/"
    return lambda user: broker_place.uri(user).replace(straight, f":{proxy.port}/")


@pytest.fixture
def publisher(through):
    publisher = Publisher(through("intake"), name="test")
    thread = threading.Thread(target=publisher.run)
    thread.start()
    assert publisher.await_connection(30)
    yield publisher
    publisher.stop()
    thread.join(30)
    assert not thread.is_alive()


def wires(*numbers: int, **form: object) -> list[Wire]:
    return [Wire.of(case(number, **form), NOW) for number in numbers]


def read(consumer: Consumer, count: int) -> list[bytes]:
    bodies: list[bytes] = []

    def enough() -> bool:
        batch = consumer.read(wait=0.1)
        bodies.extend(it.body for it in batch)
        if batch:
            consumer.acknowledge(batch)
        return len(bodies) >= count

    until(enough, f"{count} deliveries")
    return bodies


def test_frames_in_pieces_of_few_octets_are_put_together(publisher, through, proxy):
    sent = wires(*range(20)) + wires(20, note="x" * 300_000)
    sending = Sending(sent)
    publisher.submit(sending)
    assert sending.wait() == []
    proxy.piece = 3
    consumer = Consumer(through("routing"), ["routing.0"], limit=5, name="test")
    assert read(consumer, 21) == [it.body for it in sent]
    consumer.close()


def test_a_batch_has_no_more_than_its_limit_and_no_acknowledgement_takes_others_along(
    publisher, through
):
    sending = Sending(wires(*range(30)))
    publisher.submit(sending)
    sending.wait()
    consumer = Consumer(through("routing"), ["routing.0", "routing.parked"], limit=10, name="test")
    batches = [consumer.read(wait=5)]
    until(lambda: len(batches[0]) == 10 or bool(batches.append(consumer.read(wait=1))))
    assert max(map(len, batches)) <= 10
    consumer.acknowledge(batches[0])
    consumer.close()
    again = Consumer(through("routing"), ["routing.0"], limit=100, name="test")
    assert len(read(again, 30 - len(batches[0]))) == 30 - len(batches[0])
    again.close()


def test_a_peer_that_goes_silent_is_noticed_by_its_heartbeats(monkeypatch, through, proxy):
    monkeypatch.setattr(link, "HEARTBEAT", 1)
    consumer = Consumer(through("routing"), ["routing.0"], limit=10, name="test")
    proxy.silence()

    def noticed() -> bool:
        try:
            consumer.read(wait=0.1)
        except BROKER_ERRORS:
            return True
        return False

    until(noticed, "an error")
    consumer.close()


def test_heartbeats_keep_a_connection_on_which_nothing_happens(monkeypatch, through):
    monkeypatch.setattr(link, "HEARTBEAT", 1)
    consumer = Consumer(through("routing"), ["routing.0"], limit=10, name="test")
    for _ in range(50):  # five seconds: the broker ends what is silent for three
        assert consumer.read(wait=0.1) == []
    consumer.close()


def test_a_request_to_a_silent_peer_ends(monkeypatch, through, proxy):
    monkeypatch.setattr(link, "PATIENCE", 1)
    opened = Link(through("routing"), name="test")
    proxy.silence()
    with pytest.raises(BROKER_ERRORS):
        opened.channel()
    opened.close()


def test_a_publisher_whose_broker_goes_silent_says_so_and_connects_again(
    monkeypatch, publisher, proxy
):
    monkeypatch.setattr(session, "PATIENCE", 1)
    proxy.silence()
    sending = Sending(wires(1))
    publisher.submit(sending)
    with pytest.raises(NotSent, match="no confirmation"):
        sending.wait()
    proxy.cut()
    proxy.resume()
    until(lambda: _sent(publisher), "a message that is sent")


def _sent(publisher: Publisher) -> bool:
    sending = Sending(wires(2))
    publisher.submit(sending)
    return not sending.failed()


def test_every_sending_is_finished_once_however_often_the_line_is_cut(publisher, proxy):
    finished, numbers = [], itertools.count()
    sendings: list[Sending] = []
    stop = threading.Event()

    def submit() -> None:
        while not stop.is_set():
            sending = Sending(wires(next(numbers)), then=finished.append)
            sendings.append(sending)
            publisher.submit(sending)
            stop.wait(0.002)

    callers = [threading.Thread(target=submit) for _ in range(4)]
    for caller in callers:
        caller.start()
    for _ in range(5):
        assert publisher.await_connection(30)
        before = len(sendings)
        until(lambda before=before: len(sendings) > before + 20)
        proxy.cut()
        until(lambda: not publisher.connected, "a lost connection")
    stop.set()
    for caller in callers:
        caller.join()
    failed = sum(sending.failed() for sending in sendings)
    assert len(finished) == len(sendings)
    assert len({id(it) for it in finished}) == len(sendings)
    assert 0 < failed < len(sendings)


def test_a_sending_after_the_end_is_finished_too(through):
    publisher = Publisher(through("intake"), name="test")
    thread = threading.Thread(target=publisher.run)
    thread.start()
    publisher.await_connection(30)
    last = Sending(wires(1))
    publisher.submit(last)
    publisher.stop()
    thread.join(30)
    late = Sending(wires(2))
    publisher.submit(late)
    assert last.wait() == []
    assert late.failed()


def test_a_wait_for_a_broker_that_says_nothing_has_an_end(monkeypatch, publisher, proxy):
    proxy.silence()
    sending = Sending(wires(1))
    publisher.submit(sending)
    with pytest.raises(NotSent, match=r"did not confirm within 0\.2 s"):
        sending.wait(0.2)
    proxy.resume()
    assert sending.wait() == []


def test_a_message_that_does_not_fit_into_a_frame_is_named_and_the_others_go_out(publisher):
    good, bad = wires(1), Wire(**{**wires(2)[0].__dict__, "key": "k" * 300})
    sending = Sending([*good, bad])
    publisher.submit(sending)
    ((wire, reason),) = sending.wait()
    assert wire == bad
    assert "300 octets" in reason
    assert _sent(publisher)


def test_an_exchange_that_is_not_there_is_named_and_the_others_go_out(publisher):
    lost = Wire(**{**wires(2)[0].__dict__, "exchange": "nowhere"})
    sending = Sending([*wires(1), lost, *wires(3)])
    publisher.submit(sending)
    ((wire, reason),) = sending.wait()
    assert wire == lost
    assert "NOT_FOUND" in reason or "ACCESS_REFUSED" in reason


def test_a_wrong_password_is_an_error_of_the_broker(broker_place):
    wrong = broker_place.address.uri("routing", "wrong", vhost=broker_place.name)
    with pytest.raises(AccessRefused):
        Link(wrong, name="test")


def test_a_queue_that_is_deleted_under_its_reader_is_noticed(broker_place, through):
    consumer = Consumer(through("routing"), ["routing.0"], limit=10, name="test")
    broker_place.admin._call("DELETE", f"queues/{broker_place.name}/routing.0")

    def noticed() -> bool:
        try:
            consumer.read(wait=0.1)
        except BROKER_ERRORS:
            return True
        return False

    until(noticed, "an error")
    consumer.close()


CERTIFICATE = Path(__file__).with_name("localhost.pem")
"""Of the name localhost, signed by itself, for these tests alone."""


@pytest.fixture
def secured(broker_place):
    """The address of a user over TLS."""
    proxy = Proxy(broker_place.address.port, CERTIFICATE)

    def uri(user: str, host: str = "localhost") -> str:
        given = broker_place.uri(user).removeprefix("amqp://")
        credentials, _, place = given.partition("@")
        return f"amqps://{credentials}@{host}:{proxy.port}/{place.partition('/')[2]}"

    yield uri
    proxy.close()


def test_messages_go_over_tls_to_a_broker_that_shows_a_certificate_of_its_name(
    monkeypatch, secured
):
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    publisher = Publisher(secured("intake"), name="test")
    thread = threading.Thread(target=publisher.run)
    thread.start()
    assert publisher.await_connection(30)
    sent = wires(*range(300), note="x" * 500)
    sending = Sending(sent)
    publisher.submit(sending)
    assert sending.wait() == []
    consumer = Consumer(secured("routing"), ["routing.0"], limit=50, name="test")
    assert read(consumer, 300) == [it.body for it in sent]
    consumer.close()
    publisher.stop()
    thread.join(30)


def test_a_broker_with_an_unknown_certificate_or_another_name_is_not_trusted(monkeypatch, secured):
    with pytest.raises(BROKER_ERRORS, match="certificate"):
        Link(secured("routing"), name="test")
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with pytest.raises(BROKER_ERRORS, match="certificate"):
        Link(secured("routing", "127.0.0.1"), name="test")
