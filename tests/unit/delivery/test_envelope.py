"""Who is believed to have sent a message."""

from pathlib import Path

import pytest

from shared.delivery.consumer import Delivery
from shared.delivery.envelope import NOBODY, Forged, Sender, as_wire, read, sender_of
from shared.messages.codec import Unreadable

NOTED = {"onewindow-sender": "department.tax", "onewindow-attempt": 3}


def delivery(user=None, *, body: bytes = b"{}", **properties) -> Delivery:
    if user is not None:
        properties["user_id"] = user
    return Delivery(
        queue="routing.0",
        tag=1,
        exchange="results",
        key="tax.task.completed",
        redelivered=False,
        properties=properties,
        body=body,
    )


@pytest.mark.parametrize(
    ("user", "headers", "sender"),
    [
        ("intake", {}, "intake"),
        ("routing", NOTED, "department.tax"),
        ("routing", {}, "routing"),
        ("department.tax", {"onewindow-sender": "intake"}, "department.tax"),
        ("intake", {"onewindow-sender": "routing"}, "intake"),
        (None, {"onewindow-sender": "intake"}, NOBODY),
        ("", {}, NOBODY),
    ],
)
def test_only_a_services_own_note_of_the_first_sender_is_believed(user, headers, sender):
    assert sender_of(delivery(user, application_headers=headers), "routing") == sender


def test_only_a_services_own_note_of_the_attempt_is_believed():
    own = as_wire(delivery("routing", application_headers=NOTED), "routing")
    other = as_wire(delivery("department.tax", application_headers=NOTED), "routing")
    assert (own.attempt, own.vouched_for) == (3, "department.tax")
    assert (other.attempt, other.vouched_for) == (1, "")


@pytest.mark.parametrize("user", ["", "nobody", "guest", "department", "Intake", "intake.x"])
def test_a_user_that_is_none_of_ours_is_nobody(user):
    if user == "department":
        assert Sender.named(user) == Sender(role="department")
        return
    with pytest.raises(Forged):
        Sender.named(user)


def test_a_unit_and_a_service_have_different_names():
    assert Sender.named("department.tax") == Sender(role="unit", unit="tax")
    assert str(Sender.named("department.tax")) == "department.tax"
    assert str(Sender.named("routing")) == "routing"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[" * 100_000, b'{"a":' * 100_000, b"\xff", b"null", b"1e999", b"NaN"]
)
def test_whatever_stands_in_a_body_it_is_unreadable_and_nothing_worse(body):
    with pytest.raises(Unreadable):
        read(delivery("department.tax", body=body, type="task.completed"), "routing")


@pytest.mark.parametrize("user", ["routing", "intake", "department", "department.tax"])
def test_nobody_but_supervision_commands_that_silence_is_acted_on(user):
    golden = Path("tests/contract/golden/task.act-on-silence.v1.json").read_bytes()
    headers = {"schema-version": 1}
    given = {"body": golden, "type": "task.act-on-silence", "application_headers": headers}
    with pytest.raises(Forged, match=f"{user} may not send task.act-on-silence"):
        read(delivery(user, **given), "routing")
