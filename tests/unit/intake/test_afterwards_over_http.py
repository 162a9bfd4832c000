"""What an applicant does and reads after the hand-in: a real process, real requests."""

import uuid
from dataclasses import replace

import requests

from shared.casecode import CodeParts, scheme_named
from tests.unit.intake.client import complete, faults, hand_in, problem, stored
from tests.unit.intake.samples import ORGANISATION
from tests.unit.intake.window import decided, post, returned, routing_says, sent_by


def test_a_case_is_followed_by_its_code_and_names_nobody(intake):
    code = hand_in(intake, complete(intake)).json()["case"]
    answer = requests.get(f"{intake.url}/cases/{code}", timeout=60)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["case"], told["state"], told["outcome"]) == (code, "accepted", None)
    assert [(task["department"], task["state"]) for task in told["tasks"]] == [
        ("planning", "waiting"),
        ("development-reform", "waiting"),
    ]
    routing_says(intake, decided(code))
    answer = requests.get(f"{intake.url}/cases/{code}", timeout=60)
    told = answer.json()
    assert (told["state"], told["outcome"]) == ("decided", "approved")
    assert told["changed_at"] > told["received_at"]
    for personal in (ORGANISATION, "某某公司", "私事", "仓库"):
        assert personal not in answer.text


def test_a_code_may_be_typed_in_any_way_but_must_be_right(intake):
    code = hand_in(intake, complete(intake)).json()["case"]
    typed = code.replace("-", "")
    assert requests.get(f"{intake.url}/cases/{typed}", timeout=60).json()["case"] == code
    wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
    assert (
        "check digits"
        in faults(requests.get(f"{intake.url}/cases/{wrong}", timeout=60))["case_code"]
    )
    parts = CodeParts(region="330100", month="2609", serial=9_999_999)
    unknown = scheme_named("regional").compose(parts)
    problem(requests.get(f"{intake.url}/cases/{unknown}", timeout=60), 404)


def test_only_the_applicant_supplements_and_withdraws_and_only_an_open_case(intake):
    receipt = hand_in(intake, complete(intake)).json()
    code, secret = receipt["case"], receipt["receipt_secret"]
    more = {"form": {"floors": 3}, "materials": [stored(intake, "photo")], "note": "补充"}
    problem(post(intake, f"/cases/{code}/supplements", more, ""), 401)
    problem(post(intake, f"/cases/{code}/supplements", more, "guessed"), 403)
    problem(post(intake, f"/cases/{code}/withdrawal", {"reason": "?"}, "guessed"), 403)
    taken = post(intake, f"/cases/{code}/supplements", more, secret)
    assert taken.status_code == 202, taken.text
    assert set(faults(post(intake, f"/cases/{code}/supplements", {}, secret))) == {"body"}
    assert set(faults(post(intake, f"/cases/{code}/withdrawal", {}, secret))) == {"reason"}
    assert post(intake, f"/cases/{code}/withdrawal", {"reason": "不办了"}, secret).ok
    told = problem(post(intake, f"/cases/{code}/withdrawal", {"reason": "?"}, secret), 409)
    assert "was withdrawn" in told["detail"]
    problem(post(intake, f"/cases/{code}/supplements", more, secret), 409)
    kinds = [type(it).__name__ for it in sent_by(intake) if it.case == code]
    assert kinds == ["CaseAccepted", "CaseSupplemented", "CaseWithdrawn"]


def test_a_supplement_that_is_sent_again_under_its_key_counts_once(intake):
    receipt = hand_in(intake, complete(intake)).json()
    address = f"{intake.url}/cases/{receipt['case']}/supplements"
    headers = {
        "Authorization": f"Bearer {receipt['receipt_secret']}",
        "Idempotency-Key": str(uuid.uuid4()),
    }
    for _ in range(2):
        assert requests.post(address, json={"note": "补充"}, headers=headers, timeout=60).ok
    kinds = [type(it).__name__ for it in sent_by(intake) if it.case == receipt["case"]]
    assert kinds == ["CaseAccepted", "CaseSupplemented"]
    other = requests.post(address, json={"note": "其他"}, headers=headers, timeout=60)
    assert "another supplement" in problem(other, 422)["detail"]


def test_nothing_is_added_to_a_decided_case(intake):
    receipt = hand_in(intake, complete(intake)).json()
    routing_says(intake, decided(receipt["case"]))
    path = f"/cases/{receipt['case']}/supplements"
    told = problem(post(intake, path, {"note": "?"}, receipt["receipt_secret"]), 409)
    assert "is decided" in told["detail"]


def test_the_applicant_is_told_what_is_missing_and_why_a_case_was_decided(intake):
    receipt = hand_in(intake, complete(intake)).json()
    code, secret = receipt["case"], receipt["receipt_secret"]
    routing_says(intake, returned(code))
    routing_says(intake, replace(decided(code), number=2))
    address = f"{intake.url}/cases/{code}/notices"
    answer = requests.get(address, headers={"Authorization": f"Bearer {secret}"}, timeout=60)
    told = answer.json()["notices"]
    assert [it["kind"] for it in told] == ["task.returned", "clock.suspended", "case.decided"]
    assert told[0]["missing"] == [{"subject": "site-plan", "problem": "缺少比例尺"}]
    assert told[2]["reasons"] == ["私事"]
    assert "某人" not in answer.text


def test_nobody_but_the_applicant_reads_the_notices(intake):
    code = hand_in(intake, complete(intake)).json()["case"]
    address = f"{intake.url}/cases/{code}/notices"
    problem(requests.get(address, timeout=60), 401)
    guessed = {"Authorization": "Bearer guessed"}
    problem(requests.get(address, headers=guessed, timeout=60), 403)


def test_a_returned_task_stays_returned_to_the_applicant_while_its_clock_stands(intake):
    code = hand_in(intake, complete(intake)).json()["case"]
    routing_says(intake, returned(code))
    told = requests.get(f"{intake.url}/cases/{code}", timeout=60).json()
    assert {it["task"]: it["state"] for it in told["tasks"]}["planning"] == "returned"


def rated_about(intake, code):
    return [it for it in sent_by(intake) if it.case == code and type(it).__name__ == "CaseRated"]


def test_a_case_that_is_over_is_rated_once_by_whoever_has_its_receipt(intake):
    receipt = hand_in(intake, complete(intake)).json()
    code, secret = receipt["case"], receipt["receipt_secret"]
    path, said = f"/cases/{code}/rating", {"level": 2, "comment": "跑了三趟"}
    assert "rate it when it is over" in problem(post(intake, path, said, secret), 409)["detail"]
    routing_says(intake, decided(code))
    problem(post(intake, path, said, "guessed"), 403)
    problem(post(intake, path, said, ""), 401)
    for _ in range(2):
        assert post(intake, path, said, secret).status_code == 202
    (rated,) = rated_about(intake, code)
    assert (rated.level, rated.comment, rated.lead) == (2, "跑了三趟", "development-reform")
    told = problem(post(intake, path, {"level": 5}, secret), 409)
    assert "rated once" in told["detail"]
    assert len(rated_about(intake, code)) == 1


def test_a_case_that_was_taken_back_can_be_rated_too(intake):
    receipt = hand_in(intake, complete(intake)).json()
    code, secret = receipt["case"], receipt["receipt_secret"]
    assert post(intake, f"/cases/{code}/withdrawal", {"reason": "不办了"}, secret).ok
    assert post(intake, f"/cases/{code}/rating", {"level": 5}, secret).ok
    assert [it.level for it in rated_about(intake, code)] == [5]


def test_there_are_five_levels(intake):
    receipt = hand_in(intake, complete(intake)).json()
    path = f"/cases/{receipt['case']}/rating"
    for level in (0, 6, "5"):
        said = faults(post(intake, path, {"level": level}, receipt["receipt_secret"]))
        assert set(said) == {"level"}
