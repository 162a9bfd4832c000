"""Frames between a worker and a broker, read as what they mean."""

import pika
import pytest
from pika import frame, spec

from deploy.workercheck.frames import Conversation, Cutter
from deploy.workercheck.seen import (
    Closed,
    Confirmed,
    Consuming,
    Declared,
    Delivered,
    Published,
    Refused,
    Settled,
    TurnedBack,
)


def content(method, body: bytes, **properties) -> list[bytes]:
    header = frame.Header(1, len(body), pika.BasicProperties(**properties))
    parts = [frame.Body(1, piece) for piece in (body[:3], body[3:]) if piece]
    return [it.marshal() for it in (frame.Method(1, method), header, *parts)]


def publish(message_id: str, body: bytes = b"{}") -> list[bytes]:
    method = spec.Basic.Publish(exchange="results", routing_key="tax.x", mandatory=True)
    return content(method, body, message_id=message_id, type="x", headers={"schema-version": 1})


def deliver(message_id: str, tag: int) -> list[bytes]:
    method = spec.Basic.Deliver(
        consumer_tag="c", delivery_tag=tag, exchange="tasks", routing_key="tax"
    )
    return content(method, b"{}", message_id=message_id)


def alone(method) -> bytes:
    return frame.Method(1, method).marshal()


@pytest.fixture
def talk() -> Conversation:
    return Conversation()


def said(says, frames):
    return [event for event in map(says, frames) if event is not None]


@pytest.mark.parametrize("piece", [1, 5, 1000])
def test_a_stream_is_cut_into_the_frames_that_it_is_made_of(piece):
    frames = [b"AMQP\0\0\x09\x01", *publish("m", b"a body of some length"), alone(spec.Tx.Select())]
    stream, cutter = b"".join(frames), Cutter()
    pieces = [stream[at : at + piece] for at in range(0, len(stream), piece)]
    assert [one for each in pieces for one in cutter.feed(each)] == frames


def test_a_publication_is_known_with_everything_that_it_says(talk):
    assert talk.worker_says(alone(spec.Confirm.Select())) is None
    (event,) = said(talk.worker_says, publish("m-1", b'{"case": 1}'))
    assert isinstance(event, Published)
    assert (event.exchange, event.key, event.mandatory) == ("results", "tax.x", True)
    assert (event.confirming, event.message_id, event.body) == (True, "m-1", b'{"case": 1}')
    assert event.headers == {"schema-version": 1}


def test_a_publication_on_a_channel_without_confirms_is_told_apart(talk):
    (event,) = said(talk.worker_says, publish("m-1"))
    assert not event.confirming


def test_one_confirmation_may_stand_for_several_messages(talk):
    talk.worker_says(alone(spec.Confirm.Select()))
    for name in ("a", "b", "c"):
        said(talk.worker_says, publish(name))
    both = talk.broker_says(alone(spec.Basic.Ack(delivery_tag=2, multiple=True)))
    assert both == Confirmed(message_ids=("a", "b"))
    last = talk.broker_says(alone(spec.Basic.Nack(delivery_tag=3)))
    assert last == Confirmed(message_ids=("c",), taken=False)


@pytest.mark.parametrize(
    ("method", "settled"),
    [
        (spec.Basic.Ack(delivery_tag=2), ("acknowledged", ("b",))),
        (spec.Basic.Ack(delivery_tag=2, multiple=True), ("acknowledged", ("a", "b"))),
        (spec.Basic.Ack(delivery_tag=0, multiple=True), ("acknowledged", ("a", "b"))),
        (spec.Basic.Reject(delivery_tag=1, requeue=False), ("rejected", ("a",))),
        (spec.Basic.Reject(delivery_tag=1, requeue=True), ("requeued", ("a",))),
        (spec.Basic.Nack(delivery_tag=2, multiple=True, requeue=False), ("rejected", ("a", "b"))),
    ],
)
def test_what_becomes_of_deliveries_is_told_by_their_message_ids(talk, method, settled):
    for tag, name in enumerate(("a", "b"), 1):
        assert said(talk.broker_says, deliver(name, tag)) == [Delivered(message_id=name)]
    how, ids = settled
    assert talk.worker_says(alone(method)) == Settled(how=how, message_ids=ids)


def test_a_returned_message_is_told(talk):
    method = spec.Basic.Return(
        reply_code=312, reply_text="NO_ROUTE", exchange="results", routing_key="tax.x"
    )
    returned = said(talk.broker_says, content(method, b"{}", message_id="m-1"))
    assert returned == [TurnedBack(message_id="m-1")]


@pytest.mark.parametrize(
    ("method", "event"),
    [
        (spec.Basic.Consume(queue="q", no_ack=True), Consuming(queue="q", no_ack=True)),
        (spec.Queue.Declare(queue="q"), Declared(method="Queue.Declare")),
        (spec.Queue.Declare(queue="q", passive=True), None),
        (spec.Connection.Close(200, "", 0, 0), Closed()),
        (spec.Basic.Qos(prefetch_count=1), None),
    ],
)
def test_what_else_a_worker_says_is_told_if_it_matters(talk, method, event):
    assert talk.worker_says(alone(method)) == event


def test_a_refusal_is_told_and_a_stop_of_the_broker_is_none(talk):
    refused = spec.Channel.Close(403, "ACCESS_REFUSED", 60, 40)
    assert talk.broker_says(alone(refused)) == Refused(reply_code=403, text="ACCESS_REFUSED")
    assert talk.broker_says(alone(spec.Connection.Close(320, "CONNECTION_FORCED", 0, 0))) is None


def test_what_is_no_amqp_stops_nothing(talk):
    assert talk.worker_says(b"GET / HTTP/1.1") is None
