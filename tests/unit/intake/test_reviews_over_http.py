"""What clerks do over HTTP before acceptance, and what the applicant sees of it."""

import uuid
from dataclasses import replace

import pytest
import requests

from services.intake import clerks, store
from shared.delivery.work import Work
from shared.messages import Limit
from tests.unit.intake.client import complete, faults, hand_in, problem, stored
from tests.unit.intake.samples import ITEM, NOW
from tests.unit.intake.window import post, sent_by

LOOKED_AT = replace(ITEM, item="looked-at", review=Limit(amount=5, source="第三十二条"))
STAMP = {"subject": "land-certificate", "problem": "未加盖公章", "remedy": "盖章后重新上传"}


@pytest.fixture(scope="module")
def clerk(intake):
    with intake.database.transaction() as tx:
        store.keep_items(tx, [LOOKED_AT])
        return clerks.add(Work(tx, NOW, "intake"), "陈志远")


@pytest.fixture
def receipt(intake, clerk):
    answer = hand_in(intake, complete(intake, item="looked-at"))
    assert answer.status_code == 201, answer.text
    return answer.json()


def read(intake, path, secret=""):
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    return requests.get(intake.url + path, headers=headers, timeout=60)


def sent_about(intake, code):
    return [type(it).__name__ for it in sent_by(intake) if it.case == code]


def test_the_receipt_and_the_tracking_say_that_a_clerk_looks_first(intake, receipt):
    assert (receipt["state"], receipt["accepted_at"]) == ("received", None)
    assert receipt["notice_due_at"] == "2026-09-24T17:00:00+08:00"
    told = read(intake, f"/cases/{receipt['case']}").json()
    assert (told["state"], told["accepted_at"]) == ("received", None)
    assert told["notice_due_at"] == receipt["notice_due_at"]
    assert {it["state"] for it in told["tasks"]} == {"waiting"}
    assert sent_about(intake, receipt["case"]) == ["CaseReceived"]


def test_what_is_accepted_at_once_says_so_as_before(intake):
    receipt = hand_in(intake, complete(intake)).json()
    assert receipt["state"] == "accepted"
    assert receipt["accepted_at"] == receipt["received_at"]
    assert receipt["notice_due_at"] is None
    told = read(intake, f"/cases/{receipt['case']}").json()
    assert told["accepted_at"] == receipt["received_at"]


def test_a_clerk_notifies_once_the_applicant_corrects_and_the_clerk_accepts(intake, clerk, receipt):
    code, secret = receipt["case"], receipt["receipt_secret"]
    listed = read(intake, "/reviews", clerk).json()["reviews"]
    assert code in {it["case"] for it in listed}
    shown = read(intake, f"/reviews/{code}", clerk).json()
    assert shown["application"]["form"]["project_name"] == "仓库"

    notice = {"missing": [STAMP]}
    assert post(intake, f"/reviews/{code}/correction-notice", notice, clerk).status_code == 202
    told = problem(post(intake, f"/reviews/{code}/correction-notice", notice, clerk), 409)
    assert "article 32" in told["detail"]
    assert read(intake, f"/cases/{code}").json()["state"] == "awaiting_correction"
    (notified,) = read(intake, f"/cases/{code}/notices", secret).json()["notices"]
    assert notified["missing"] == [STAMP]
    assert "陈志远" not in str(notified)

    new = stored(intake, "land-certificate")
    assert post(intake, f"/cases/{code}/supplements", {"materials": [new]}, secret).ok
    assert post(intake, f"/reviews/{code}/acceptance", {}, clerk).status_code == 202
    told = read(intake, f"/cases/{code}").json()
    assert (told["state"], told["notice_due_at"]) == ("accepted", None)
    accepted = read(intake, f"/cases/{code}/notices", secret).json()["notices"][-1]
    assert (accepted["kind"], accepted["deemed"]) == ("case.accepted", False)
    assert accepted["accepted_at"] == told["accepted_at"]
    assert sent_about(intake, code) == [
        *("CaseReceived", "CorrectionNotified", "CorrectionReceived"),
        *("ReviewEnded", "CaseAccepted"),
    ]
    (ended,) = (it for it in sent_by(intake) if it.case == code and hasattr(it, "reasons"))
    assert ended.by == "陈志远"


def test_a_refusal_tells_the_applicant_why_and_closes_the_case(intake, clerk, receipt):
    code, secret = receipt["case"], receipt["receipt_secret"]
    said = {"reasons": ["不属本机关职权范围"]}
    assert post(intake, f"/reviews/{code}/refusal", said, clerk).status_code == 202
    (refusal,) = read(intake, f"/cases/{code}/notices", secret).json()["notices"]
    assert (refusal["kind"], refusal["reasons"]) == ("acceptance.refused", said["reasons"])
    told = problem(post(intake, f"/cases/{code}/withdrawal", {"reason": "?"}, secret), 409)
    assert "is refused" in told["detail"]
    assert sent_about(intake, code) == ["CaseReceived", "ReviewEnded"]


def test_nobody_without_a_valid_token_looks_at_applications(intake, clerk, receipt):
    code, secret = receipt["case"], receipt["receipt_secret"]
    for token in ("", "guessed", secret):
        problem(read(intake, "/reviews", token), 401)
        problem(read(intake, f"/reviews/{code}", token), 401)
        problem(post(intake, f"/reviews/{code}/acceptance", {}, token), 401)
    with intake.database.transaction() as tx:
        left = clerks.add(Work(tx, NOW, "intake"), "已离职")
    assert read(intake, "/reviews", left).ok
    with intake.database.transaction() as tx:
        (meant,) = (it.id for it in clerks.all_of(tx) if it.name == "已离职")
        clerks.revoke(Work(tx, NOW, "intake"), meant)
    problem(read(intake, "/reviews", left), 401)


def test_a_clerk_who_says_too_little_is_told_every_field(intake, clerk, receipt):
    path = f"/reviews/{receipt['case']}"
    wrong = {"missing": [{"subject": "land", "problem": "缺章"}]}
    said = faults(post(intake, f"{path}/correction-notice", wrong, clerk))
    assert said == {"missing[0].subject": "'land' is no field or material of the item"}
    assert set(faults(post(intake, f"{path}/correction-notice", {"missing": []}, clerk))) == {
        "missing"
    }
    assert set(faults(post(intake, f"{path}/refusal", {"by": "别人"}, clerk))) == {"by", "reasons"}


def test_the_same_key_gets_the_same_receipt_of_a_received_application(intake, clerk):
    key, handed = str(uuid.uuid4()), complete(intake, item="looked-at")
    first = hand_in(intake, handed, key).json()
    post(intake, f"/reviews/{first['case']}/acceptance", {}, clerk)
    assert hand_in(intake, handed, key).json() == first
