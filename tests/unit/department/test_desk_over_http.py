"""The desk as a department meets it: a real process, real requests, a database in a file."""

import importlib
import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
import sqlalchemy as sa
from openapi_spec_validator import validate

from services.department import handlers
from shared.delivery.envelope import Envelope, Sender
from shared.delivery.tables import outbox
from shared.delivery.wire import Wire
from shared.delivery.work import Work
from shared.messages.codec import decode
from shared.web.openapi import rendered
from tests.unit.department.samples import DIGEST, NOW, SAID, assigned

DOCUMENT = {"name": "licence", "digest": DIGEST, "media_type": "application/pdf", "size": 1}


def give(desk, *messages):
    envelopes = [
        Envelope(
            message_id=str(uuid.uuid4()),
            type="",
            version=1,
            sender=Sender(role="routing"),
            sent_at=NOW,
            traceparent="",
            message=message,
        )
        for message in messages
    ]
    with desk.database.transaction() as tx:
        handlers.follow(Work(tx, NOW, "department"), envelopes)


@pytest.fixture
def task(desk):
    """A task that was just assigned, and nothing done with it."""
    given = assigned(str(uuid.uuid4()))
    give(desk, given)
    return given


def ask(desk, method, path, *, department="seal-office", **options):
    token = desk.tokens.get(department, department)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return requests.request(method, desk.url + path, headers=headers, timeout=60, **options)


def act(desk, task, what, version=1, **said):
    body = {**SAID[what], "version": version, "officer": "李", **said}
    return ask(desk, "POST", f"/tasks/{task.assignment}/{what}", json=body)


def problem(answer, status):
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "Traceback" not in answer.text
    return answer.json()


def faults(answer):
    return {error["field"]: error["problem"] for error in problem(answer, 422)["errors"]}


def sent_about(desk, task):
    with desk.database.reading() as tx:
        rows = tx.execute(sa.select(outbox.c.messages).order_by(outbox.c.id)).scalars().all()
    wires = [Wire.from_plain(plain) for row in rows for plain in row]
    messages = [decode(wire.type, wire.version, wire.body) for wire in wires]
    return [it for it in messages if it.assignment == task.assignment]


def test_a_department_lists_reads_accepts_and_completes_a_task(desk, task):
    listed = ask(desk, "GET", "/departments/seal-office/tasks?limit=500").json()
    assert task.assignment in [it["assignment"] for it in listed["tasks"]]
    assert listed["next"] is None
    shown = ask(desk, "GET", f"/tasks/{task.assignment}").json()
    assert shown["form"] == {"name": "某某公司"}
    assert shown["applicant"]["name"] == "王"
    assert shown["title"] == {"zh": "刻章", "en": "Seal"}
    assert shown["handling"]["amount"] == 3
    assert shown["assigned_at"] == NOW.isoformat()
    accepted = act(desk, task, "acceptance", shown["version"])
    assert accepted.status_code == 200, accepted.text
    assert (accepted.json()["state"], accepted.json()["officer"]) == ("accepted", "李")
    done = act(desk, task, "completion", accepted.json()["version"], results={"seal": "1"})
    assert done.json()["state"] == "completed"
    assert done.json()["answer"]["results"] == {"seal": "1"}
    assert [type(it).__name__ for it in sent_about(desk, task)] == ["TaskAccepted", "TaskCompleted"]
    assert ask(desk, "GET", f"/tasks/{task.assignment}").json() == done.json()
    closed = ask(desk, "GET", "/departments/seal-office/tasks?state=completed&limit=500").json()
    assert task.assignment in [it["assignment"] for it in closed["tasks"]]


@pytest.mark.parametrize(
    ("what", "state"),
    [
        ("return", "returned"),
        ("decline", "declined"),
        ("suspension", "suspended"),
        ("completion", "completed"),
    ],
)
def test_each_answer_is_taken_and_sent(desk, task, what, state):
    assert act(desk, task, what).json()["state"] == state
    assert len(sent_about(desk, task)) == 1


def test_a_special_procedure_begins_and_ends(desk, task):
    version = act(desk, task, "suspension").json()["version"]
    assert act(desk, task, "completion", version).status_code == 409
    assert act(desk, task, "resumption", version).json()["state"] == "accepted"


def test_of_two_officers_the_second_is_told_and_nothing_is_overwritten(desk, task):
    with ThreadPoolExecutor(6) as pool:
        answers = list(
            pool.map(lambda name: act(desk, task, "completion", officer=name), "甲乙丙丁戊己")
        )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409, 409]
    won = next(answer.json() for answer in answers if answer.ok)
    assert ask(desk, "GET", f"/tasks/{task.assignment}").json() == won
    assert len(sent_about(desk, task)) == 1


def test_who_read_an_older_version_is_told_to_read_again(desk, task):
    act(desk, task, "acceptance")
    told = problem(act(desk, task, "completion", 1), 409)
    assert "read it again" in told["detail"]


def test_a_department_sees_its_own_tasks_only(desk, task):
    def as_tax(method, path, **options):
        return ask(desk, method, path, department="tax", **options)

    problem(as_tax("GET", f"/tasks/{task.assignment}"), 404)
    body = {**SAID["acceptance"], "version": 1, "officer": "税"}
    problem(as_tax("POST", f"/tasks/{task.assignment}/acceptance", json=body), 404)
    problem(as_tax("GET", "/departments/seal-office/tasks"), 403)
    assert as_tax("GET", "/departments/tax/tasks").json() == {"tasks": [], "next": None}
    assert sent_about(desk, task) == []


@pytest.mark.parametrize("token", ["", "guessed"])
def test_without_a_valid_token_nothing_is_shown(desk, task, token):
    for method, path in (
        ("GET", "/departments/seal-office/tasks"),
        ("GET", f"/tasks/{task.assignment}"),
        ("POST", f"/tasks/{task.assignment}/acceptance"),
    ):
        problem(ask(desk, method, path, department=token), 401)


@pytest.mark.parametrize(
    ("what", "said", "fields"),
    [
        ("acceptance", {"officer": ""}, {"officer"}),
        ("acceptance", {"version": "1"}, {"version"}),
        ("completion", {"outcome": "maybe"}, {"outcome"}),
        ("completion", {"outcome": "rejected"}, {"opinion", "legal_basis"}),
        ("completion", {"outcome": "approved_with_conditions"}, {"conditions"}),
        ("completion", {"documents": [{"name": "A", "digest": "x"}]}, None),
        ("completion", {"outcom": "approved"}, {"outcom"}),
        (
            "completion",
            {"documents": [DOCUMENT | {"digest": DIGEST + "\n"}]},
            {"documents[0].digest"},
        ),
        ("return", {"missing": []}, {"missing"}),
        ("return", {"missing": [{"subject": "x"}]}, {"missing[0].problem"}),
        ("decline", {"reason": ""}, {"reason"}),
        ("suspension", {"days": 0, "legal_basis": ""}, {"days", "legal_basis"}),
    ],
)
def test_an_answer_that_breaks_a_rule_names_the_field_and_changes_nothing(
    desk, task, what, said, fields
):
    named = set(faults(act(desk, task, what, **said)))
    assert named == fields if fields else named
    assert ask(desk, "GET", f"/tasks/{task.assignment}").json()["version"] == 1
    assert sent_about(desk, task) == []


def test_a_wrong_selection_is_named(desk):
    path = "/departments/seal-office/tasks"
    assert set(faults(ask(desk, "GET", f"{path}?state=done"))) == {"state[0]"}
    assert set(faults(ask(desk, "GET", f"{path}?limit=0"))) == {"limit"}
    assert "did you mean state?" in faults(ask(desk, "GET", f"{path}?stat=open"))["stat"]


def test_pages_follow_each_other(desk):
    department = "tax"
    names = [str(uuid.uuid4()) for _ in range(5)]
    give(desk, *(assigned(name, department) for name in names))
    found, after = [], ""
    while after is not None:
        page = ask(
            desk, "GET", f"/departments/tax/tasks?limit=2&after={after}", department="tax"
        ).json()
        found += [it["assignment"] for it in page["tasks"]]
        after = page["next"]
    assert found == sorted(names)


def test_tokens_are_neither_stored_nor_logged(desk):
    content = (desk.data / "department.db").read_bytes()
    for token in desk.tokens.values():
        assert token.encode() not in content
        assert token not in desk.logged()


@pytest.mark.filterwarnings("ignore:\\s*Eventlet is deprecated")
def test_the_committed_openapi_document_is_what_the_routes_declare():
    service = importlib.import_module("services.department.service").Service
    committed = Path("services/department/openapi.json").read_text("utf-8")
    assert committed == rendered(service), "run: python -m shared.web.openapi department"
    validate(json.loads(committed))
