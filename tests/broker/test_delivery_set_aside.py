"""What cannot be read, handled or delivered: retried, parked, refused, sent again, discarded."""

import json
from collections import Counter
from datetime import UTC, datetime

import pytest

from shared.delivery import parking
from shared.errors import NotFound
from shared.messages import TaskCompleted
from shared.messages.codec import encode
from tests.broker.delivery_office import DELAYS, DEPARTMENTS, NOW, Office, case, code, until

LATER = datetime(2026, 9, 19, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def office(request, vhost, tmp_path):
    vhost.set_up(DEPARTMENTS, retry_delays=DELAYS)
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgres_database")
    office = Office(vhost.uri, tmp_path, database=url)
    yield office
    office.close()


@pytest.fixture
def lone(vhost, tmp_path):
    """With SQLite alone, for what does not depend on the database."""
    vhost.set_up(DEPARTMENTS, retry_delays=DELAYS)
    office = Office(vhost.uri, tmp_path)
    yield office
    office.close()


def test_a_poisonous_message_is_retried_and_parked_and_takes_no_other_with_it(office):
    office.hand_in(*map(case, range(100)), case(100, goes="wrong"), *map(case, range(101, 200)))
    process = office.start()
    until(lambda: bool(office.parked()), "a parked message")
    (parked,) = office.parked()
    assert (parked.case, parked.direction) == (code(100), "incoming")
    assert (parked.sender, parked.type) == ("intake", "case.accepted")
    assert parked.reason == "failed 3 times, lastly with ValueError: the archive is away"
    assert office.done() == {code(number): 1 for number in range(200) if number != 100}
    log = [json.loads(line) for line in process.log.read_text().splitlines() if line[0] == "{"]
    tries = [line for line in log if line["event"] == "message failed, tried again later"]
    assert [line["attempt"] for line in tries] == [1, 2]
    waited = datetime.fromisoformat(tries[1]["timestamp"]) - datetime.fromisoformat(
        tries[0]["timestamp"]
    )
    assert waited.total_seconds() >= DELAYS[0]
    ((kind, notice),) = office.notices(1)
    assert (kind, notice["case"]) == ("message.parked", code(100))


def test_several_poisonous_messages_in_one_batch_are_each_found(office):
    bad = {3, 4, 77, 150}
    forms = [{"goes": "against a rule"} if number in bad else {} for number in range(200)]
    office.hand_in(*(case(number, **form) for number, form in enumerate(forms)))
    office.start()
    until(lambda: len(office.parked()) == len(bad), "four parked messages")
    until(lambda: len(office.done()) == 200 - len(bad), "the effects of all others")
    assert {it.case for it in office.parked()} == {code(number) for number in bad}
    assert {it.reason for it in office.parked()} == {"form.area: must not be negative"}
    assert office.done() == {code(number): 1 for number in range(200) if number not in bad}


WRONG_FIELD = encode(case(1)).replace(b'"item_version":1', b'"item_version":"x"')
UNREADABLE = {
    "not JSON": ({}, b"{"),
    "not even text": ({}, b"\xff\xfe\x00"),
    "NUL in it": ({}, b'{"case":"\0"}'),
    "empty": ({}, b""),
    "too deep": ({}, b"[" * 100_000),
    "an array": ({}, b"[]"),
    "a field of the wrong type": (
        {},
        encode(case(1)).replace(b'"item_version":1', b'"item_version":"x"'),
    ),
    "a lone surrogate in a key field": ({}, encode(case(1)).replace(b'"birth"', b'"\\ud800"')),
    "unknown type": ({"type": "case.vanished"}, encode(case(1))),
    "no type": ({"type": None}, encode(case(1))),
    "a type with NUL": ({"type": "case\0"}, encode(case(1))),
    "a type of 255 characters": ({"type": "x" * 255}, encode(case(1))),
    "a version of the future": ({"headers": {"schema-version": 9}}, encode(case(1))),
    "a version that is no number": ({"headers": {"schema-version": "two"}, "type": "?"}, b""),
    "a timestamp beyond all years": ({"timestamp": 2**63, "type": "?"}, b""),
    "an id of 255 characters": ({"message_id": "i" * 255, "type": "?"}, b""),
    "an id with NUL": ({"message_id": "i\0", "type": "?"}, b""),
    "a case of 255 characters": ({"correlation_id": "c" * 255, "type": "?"}, b""),
    "an attempt below all": ({"headers": {"onewindow-attempt": -9}, "type": "?"}, b""),
}


def test_what_cannot_be_read_is_parked_and_the_next_message_is_handled(office):
    with office.channel("intake") as channel:
        for number, (more, body) in enumerate(UNREADABLE.values()):
            properties = office.properties("intake", code(1), f"m-{number}")
            for name, value in more.items():
                setattr(properties, name, value)
            for _ in range(2):
                channel.basic_publish("cases", "case.accepted", body, properties)
    office.hand_in(case(2))
    process = office.start()
    until(lambda: bool(office.done()), "the effect of the next message")
    bodies = Counter(body for _, body in UNREADABLE.values())
    assert Counter(it.wire.body for it in office.parked()) == bodies
    assert all(it.reason for it in office.parked())
    assert process.running


def test_properties_that_py_amqp_cannot_parse_do_not_stop_the_reader(lone):
    """The broker looks into none of these, so any department could send them."""
    unparsable = [
        lone.properties("intake", code(1), "m-1", headers={"when": datetime(2026, 1, 1)}),
        lone.properties("intake", code(1), "m-2"),
        lone.properties("intake", code(1), "m-3"),
    ]
    encoded = [_encoded(it) for it in unparsable]
    encoded[0] = encoded[0].replace(b"T" + _seconds(datetime(2026, 1, 1)), b"T" + b"\xff" * 8)
    encoded[1] = encoded[1].replace(b"case.accepted", b"case.\xff\xfe\xfd\xfcpted")
    encoded[2] = encoded[2].replace(b"schema-version", b"\xff\xfe\xfdema-version")
    for properties, raw in zip(unparsable, encoded, strict=True):
        properties.encode = lambda raw=raw: [raw]
        with lone.channel("intake") as channel:
            channel.basic_publish("cases", "case.accepted", encode(case(1)), properties)
    lone.hand_in(case(2))
    process = lone.start()
    until(lambda: lone.done()[code(2)] == 1, "the effect of the message behind them")
    assert [it.wire.type for it in lone.parked()] == ["case.\ufffd\ufffd\ufffd\ufffdpted"]
    assert process.running


def _encoded(properties) -> bytes:
    return b"".join(properties.encode())


def _seconds(moment: datetime) -> bytes:
    return int(moment.replace(tzinfo=UTC).timestamp()).to_bytes(8)


def test_a_message_without_an_id_is_known_again_by_its_content(lone):
    lone.start()
    with lone.channel("intake") as channel:
        for _ in range(2):
            properties = lone.properties("intake", code(1))
            channel.basic_publish("cases", "case.accepted", encode(case(1)), properties)
    lone.hand_in(case(2))
    until(lambda: lone.done()[code(2)] == 1, "the effect of the next message")
    assert lone.done() == {code(1): 1, code(2): 1}


def test_a_message_without_destination_is_parked_and_sent_when_there_is_one(office, vhost):
    office.start()
    office.hand_in(case(1, department="fire"), case(2))
    until(lambda: bool(office.parked()), "a parked message")
    (parked,) = office.parked()
    assert (parked.direction, parked.sender, parked.type) == (
        "outgoing",
        "routing",
        "task.assigned",
    )
    assert parked.reason == "no queue is bound to tasks for fire"
    until(lambda: [it["case"] for it in office.tasks()] == [code(2)], "the other task")
    assert office.done() == {code(1): 1, code(2): 1}
    vhost.set_up({"fire": False}, retry_delays=DELAYS)
    with office.database.transaction() as tx:
        parking.ask_redrive(tx, parked.id, by="li", now=LATER)
    until(lambda: code(1) in {it["case"] for it in office.tasks("fire")}, "the task")
    (record,) = office.parked(every=True)
    assert (record.state, record.settled_by, record.settled_at) == ("redriven", "li", LATER)


def test_a_message_that_the_broker_refuses_is_parked_and_holds_up_no_other(lone, vhost):
    """Here routing may no longer publish to `tasks` under one of its keys."""
    vhost.admin.permit_topic(vhost.name, "routing", "tasks", write="^planning$", read="^$")
    lone.start()
    lone.hand_in(case(1), case(2, department="tax"), case(3))
    until(lambda: len({it["case"] for it in lone.tasks()}) == 2, "the other tasks")
    until(lambda: bool(lone.parked()), "a parked message")
    (parked,) = lone.parked()
    assert parked.direction == "outgoing"
    assert "ACCESS_REFUSED" in parked.reason
    until(lambda: lone.unsent() == 0, "an empty outbox")
    assert lone.done() == {code(1): 1, code(2): 1, code(3): 1}


def test_a_task_that_a_department_rejects_comes_back_and_can_be_sent_again(office):
    office.start()
    office.hand_in(case(1))

    def taken() -> bool:
        method, _, _ = channel.basic_get("department.planning")
        if method:
            channel.basic_reject(method.delivery_tag, requeue=False)
        return method is not None

    with office.channel("department.planning") as channel:
        until(taken, "a task to reject")
    until(lambda: bool(office.parked()), "a parked message")
    (parked,) = office.parked()
    assert (parked.direction, parked.type) == ("outgoing", "task.assigned")
    assert (parked.wire.exchange, parked.wire.key) == ("tasks", "planning")
    assert parked.reason == "the reader of department.planning could not make sense of it"
    with office.database.transaction() as tx:
        parking.ask_redrive(tx, parked.id, by="li", now=LATER)
    until(lambda: [it["case"] for it in office.tasks()] == [code(1)], "the task")
    assert office.tasks()[0]["message_id"] == parked.message_id


def test_a_parked_message_is_taken_up_again_in_its_first_senders_name(office):
    properties = office.properties("intake", code(1), "m-1")
    with office.channel("intake") as channel:
        channel.basic_publish("cases", "case.accepted", WRONG_FIELD, properties)
    office.start()
    until(lambda: bool(office.parked()), "a parked message")
    (parked,) = office.parked()
    _mend(office, parked.id)
    with office.database.transaction() as tx:
        parking.ask_redrive(tx, parked.id, by="li", now=LATER)
    until(lambda: bool(office.done()), "the effect")
    assert [row.sender for row in office.effects()] == ["intake"]
    assert office.parked() == []


def _mend(office: Office, parked_id: str) -> None:
    """As an upgrade would that reads what could not be read before."""
    import sqlalchemy as sa  # noqa: PLC0415

    from shared.delivery.tables import parked  # noqa: PLC0415

    with office.database.transaction() as tx:
        wire = {**parking.show(tx, parked_id).wire.to_plain(), "body": encode(case(1)).decode()}
        tx.execute(sa.update(parked).where(parked.c.id == parked_id).values(wire=wire))


def test_a_message_that_is_parked_a_second_time_leaves_both_records(office):
    office.hand_in(case(1, goes="against a rule"))
    office.start()
    until(lambda: len(office.parked()) == 1, "a parked message")
    with office.database.transaction() as tx:
        parking.ask_redrive(tx, office.parked()[0].id, by="li", now=LATER)
    until(lambda: len(office.parked(every=True)) == 2, "a second record")
    assert [it.state for it in office.parked(every=True)] == ["redriven", "parked"]


def test_a_discarded_message_stays_on_record_with_who_and_why(office):
    office.hand_in(case(1, goes="against a rule"))
    office.start()
    until(lambda: len(office.parked()) == 1, "a parked message")
    parked_id = office.parked()[0].id
    with office.database.transaction() as tx:
        parking.discard(tx, parked_id, by="li", now=LATER, note="handed in again by post")
    (record,) = office.parked(every=True)
    assert (record.state, record.settled_by, record.note) == (
        "discarded",
        "li",
        "handed in again by post",
    )
    assert office.parked() == []
    with office.database.transaction() as tx, pytest.raises(NotFound):
        parking.ask_redrive(tx, parked_id, by="wang", now=LATER)


def result(number: int, department: str) -> TaskCompleted:
    return TaskCompleted(
        case=code(number),
        assignment="a-1",
        department=department,
        at=NOW,
        outcome="approved",
        results={},
    )


def _forgeries() -> dict[str, tuple[str, str, str, bytes, dict]]:
    """Who sends, to which exchange, under which key, what, with which properties."""
    wrong, honest = {"type": "task.completed"}, encode(case(1))
    tax = "department.tax"
    headers = {"onewindow-sender": "department.planning", "onewindow-attempt": 1}
    return {
        "without a user_id": (
            "intake",
            "cases",
            "case.accepted",
            honest,
            {"user_id": None},
        ),
        "in another department's name": (
            *(tax, "results", "tax.task.completed", encode(result(1, "planning"))),
            {"user_id": tax, **wrong},
        ),
        "with a header that names another sender": (
            *(tax, "results", "tax.task.completed", encode(result(1, "planning"))),
            {"user_id": tax, "headers": headers, **wrong},
        ),
        "with a header that names a service": (
            *(tax, "results", "tax.task.completed", honest),
            {"user_id": tax, "headers": {"onewindow-sender": "intake"}},
        ),
        "a type that only intake sends": (
            *(tax, "results", "tax.task.completed", honest),
            {"user_id": tax},
        ),
        "a body that says another step than its key": (
            *(tax, "results", "tax.task.accepted", encode(result(1, "tax"))),
            {"user_id": tax, **wrong},
        ),
        "by a user that is neither": (
            *("stranger", "results", "tax.task.completed", encode(result(1, "tax"))),
            {"user_id": "stranger", **wrong},
        ),
    }


def test_forged_messages_are_refused_recorded_once_and_have_no_effect(lone, vhost):
    vhost.add_user("stranger", configure="^$", write="^results$", read="^$")
    forgeries = _forgeries()
    for what, (user, exchange, key, body, more) in forgeries.items():
        given = {"about": code(1), "message_id": what, **more}
        properties = lone.properties(given.pop("user_id"), **given)
        with lone.channel(user) as channel:
            for _ in range(2):
                channel.basic_publish(exchange, key, body, properties)
    lone.start()
    lone.hand_in(case(2))
    told = {it["message_id"]: it for kind, it in lone.notices(len(forgeries))}
    until(lambda: bool(lone.done()), "the effect of an honest message")
    # What supervision is told of next shows that it was told of each forgery once.
    lone.hand_in(case(3, goes="against a rule"))
    ((kind, _),) = lone.notices(1)
    assert kind == "message.parked"
    assert {what: it["sender"] for what, it in told.items()} == {
        what: more["user_id"] or "nobody" for what, (*_, more) in forgeries.items()
    }
    assert lone.done() == {code(2): 1}
    assert [it.case for it in lone.parked(every=True)] == [code(3)]


def test_a_failing_message_for_which_there_is_no_delay_queue_holds_up_nobody(lone):
    lone.start(ONEWINDOW_RETRY_DELAYS="7")
    lone.hand_in(case(1, goes="wrong"), case(2))
    until(lambda: bool(lone.parked()), "a parked message")
    assert "no queue is bound to routing.retry for 7000" in lone.parked()[0].reason
    until(lambda: lone.done() == {code(2): 1}, "the other effect")
