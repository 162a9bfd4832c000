import uuid
from datetime import datetime, timedelta, timezone

import pytest

from onewindow_worker.errors import Unreadable
from onewindow_worker.wire import MESSAGE_IDS, message_id_of, read
from tests.unit.sdk.messages import assigned, cancelled, delivery, supplemented


def content(given):
    return read(given, department="planning", sender="routing")[0]


def test_a_task_is_read_whole():
    task = content(delivery(assigned()))
    assert (task.case, task.title.zh) == ("330100-2609-0000001-11", "规划许可")
    assert task.assigned_at == datetime(2026, 9, 18, 9, tzinfo=timezone(timedelta(hours=8)))
    assert task.materials[0].file_name == ""
    assert task.opinions[0].results == {"plot": "A-7"}
    assert (task.acceptance, task.handling.amount) == (None, 5)
    assert not task.supplemented


def test_fields_of_a_newer_writer_are_ignored():
    assert content(delivery(assigned(urgency="high"))).task == "planning-permit"


def test_a_time_in_utc_may_end_in_z():
    task = content(delivery(assigned(assigned_at="2026-09-18T01:00:00Z")))
    assert task.assigned_at == datetime(2026, 9, 18, 1, tzinfo=timezone.utc)


def test_supplement_and_cancellation_are_read():
    assert content(delivery(supplemented(), "task.supplemented")).note == "smaller now"
    assert content(delivery(cancelled(), "task.cancelled")).reason == "the case was withdrawn"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (delivery(b"{"), "the body is not JSON"),
        (delivery(b"\xff\xfe{\x00}\x00"), "the body is not JSON"),
        (delivery(b"[" * 100_000), "the body is not JSON"),
        (delivery(b"[]"), "the body: is not an object"),
        (delivery(assigned(case=None)), "case: is not a text"),
        (delivery({**assigned(), "form": []}), "form: is not an object"),
        (delivery(assigned(materials=[{"name": "plan"}])), "materials[0].digest: is missing"),
        (delivery(assigned(handling={"amount": True})), "handling.amount: is not"),
        (delivery(assigned(assigned_at="2026-09-18T09:00:00")), "assigned_at: is not a time"),
        (delivery(assigned(assigned_at="tomorrow")), "assigned_at: is not a time"),
        (delivery(assigned(assignment="a\ud800")), "assignment: holds half a character"),
        (delivery(assigned(assignment="")), "case, assignment: may not be empty"),
        (delivery(assigned(department="tax")), "department: the task is for tax"),
        (delivery(assigned(), version=2), "schema-version: "),
        (delivery(assigned(), version=None), "schema-version: "),
        (delivery(assigned(), "task.exploded"), "type: "),
        (delivery(assigned(), user_id="department.tax"), "user_id: sent by department.tax"),
        (delivery(assigned(), user_id=""), "user_id: sent by nobody"),
        (delivery(assigned(), message_id=""), "message_id: is missing"),
    ],
)
def test_what_cannot_be_read_says_why(given, said):
    with pytest.raises(Unreadable) as unreadable:
        content(given)
    assert said in str(unreadable.value)


def test_message_ids_are_derived_and_short_enough():
    first = message_id_of("a-1", "task.returned", 0)
    assert first == str(uuid.uuid5(MESSAGE_IDS, "a-1/task.returned/0"))
    assert first == message_id_of("a-1", "task.returned", 0)
    assert first != message_id_of("a-1", "task.returned", 1)
    assert first != message_id_of("a-1", "task.completed", 0)
    assert len(first) <= 64


def test_the_name_space_of_message_ids_never_changes():
    assert message_id_of("a-1", "task.completed", 0) == "b20cd9ac-8eed-516a-8feb-8080f0fc8739"
