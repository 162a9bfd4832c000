"""What the SDK writes, the services read, and the other way round."""

import json
from datetime import datetime, timezone

import pytest

from onewindow_worker import (
    LATER,
    Material,
    Note,
    approve,
    approve_with_conditions,
    decline,
    reject,
    resume,
    return_for_supplement,
    suspend,
)
from onewindow_worker.standing import MOVES
from onewindow_worker.wire import READABLE, body_of, read
from shared.messages import HandedMaterial as SharedMaterial
from shared.messages import (
    Limit,
    Opinion,
    Person,
    TaskAssigned,
    TaskCancelled,
    TaskSupplemented,
    Text,
    ToFetch,
)
from shared.messages.codec import decode, encode
from shared.messages.registry import all_types, find, type_of
from tests.unit.sdk.messages import DIGEST, assigned, delivery

NOW = datetime(2026, 9, 18, 9, 30, tzinfo=timezone.utc)
LAW = "Administrative Licensing Law, article 45"
PLAN = Material("plan", DIGEST, "application/pdf", 9, "规划.pdf")
RESULTS = [
    LATER,
    approve(),
    approve("符合规划", results={"ratio": 1.8, "rows": [{"a": None}]}, documents=[PLAN]),
    approve_with_conditions(["plant trees"], officer="Li", approved_by="Wang"),
    reject("too high", legal_basis=LAW),
    return_for_supplement({"site-plan": "bears no seal"}, legal_basis=LAW),
    decline("not ours", proposal="water"),
    suspend("hearing", legal_basis=LAW, days=10),
    resume("heard"),
    Note("surveyed", percent=40, officer="Li"),
    Note("waiting for the laboratory"),
]


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: result.type)
def test_the_services_read_every_field_of_every_result(result):
    body = body_of(result, case="case-0001", assignment="a-1", department="planning", at=NOW)
    message = decode(result.type, 1, body)
    assert (message.case, message.assignment, message.at) == ("case-0001", "a-1", NOW)
    plain = json.loads(body)
    read_back = json.loads(encode(message))
    assert plain == {name: read_back[name] for name in plain}
    entry = type_of(type(message))
    assert (entry.exchange, entry.key(message)) == ("results", f"planning.{result.type}")
    assert "unit" in entry.sent_by


def test_the_sdk_knows_every_message_between_routing_and_a_department():
    written = {kind for moves in MOVES.values() for kind in moves}
    sent = {entry.name for entry in all_types() if "unit" in entry.sent_by}
    read_here = {entry.name for entry in all_types() if entry.exchange == "tasks"}
    assert (written, set(READABLE)) == (sent, read_here)
    assert all(find(name).version in READABLE[name] for name in READABLE)


def test_a_task_of_the_services_is_read_field_by_field():
    message = TaskAssigned(
        case="case-0001",
        assignment="a-1",
        task="planning-permit",
        title=Text(zh="规划许可", en="Planning permit"),
        department="planning",
        item="investment-project",
        item_title=Text(zh="项目", en="Project"),
        region="330100",
        assigned_at=NOW,
        applicant=Person(kind="person", name="李娜", number="330102199003072345"),
        form={"area": 12.5, "rows": [{"x": 1}]},
        materials=(
            SharedMaterial(name="plan", digest=DIGEST, media_type="a/b", size=9, link="http://i/m"),
        ),
        opinions=(Opinion(task="t", department="d", outcome="o", opinion="p", results={"x": 1}),),
        acceptance=Limit(amount=1, unit="working_hours", source="rule"),
        handling=None,
        approval="two-person",
        to_fetch=(ToFetch(name="licence", title=Text(zh="执照", en="Licence"), department="d"),),
    )
    task = received(message)
    for name in (
        "case",
        "assignment",
        "task",
        "region",
        "assigned_at",
        "form",
        "handling",
        "approval",
    ):
        assert getattr(task, name) == getattr(message, name)
    for name in ("title", "item_title", "applicant", "acceptance"):
        assert vars(getattr(task, name)) == vars(getattr(message, name))
    assert [(it.name, it.title.en, it.department) for it in task.to_fetch] == [
        ("licence", "Licence", "d")
    ]
    for name in ("materials", "opinions"):
        assert [vars(e) for e in getattr(task, name)] == [vars(e) for e in getattr(message, name)]


def test_an_anonymous_applicant_is_none():
    assert (
        received(decode("task.assigned", 1, delivery(assigned(applicant=None)).body)).applicant
        is None
    )


def test_supplement_and_cancellation_of_the_services_are_read():
    common = {"case": "case-0001", "assignment": "a-1", "task": "t", "department": "planning"}
    supplement = TaskSupplemented(**common, at=NOW, form={"a": 1}, note="more")
    cancellation = TaskCancelled(**common, at=NOW, reason="withdrawn")
    for sent in (supplement, cancellation):
        given = vars(received(sent))
        assert given == {name: getattr(sent, name) for name in given}


def received(message):
    given = delivery(encode(message), type_of(type(message)).name)
    return read(given, department="planning", sender="routing")[0]
