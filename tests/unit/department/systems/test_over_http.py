"""A department's system over HTTP: a real service, a real server on the other side."""

import json
import time
import uuid
from pathlib import Path
from statistics import median

import pytest
import requests

from tests.unit.department.samples import NOW, assigned, cancelled, refusing, supplemented
from tests.unit.department.systems.routing import answers_about
from tests.unit.department.systems.theirs import NEXT_SECRET, SECRET, TheirServer, sign
from tests.unit.department.systems.waiting import until

TASKS = {
    "caseNo": "case",
    "taskId": "assignment",
    "type": {"from": "kind", "table": {"assigned": "NEW", "supplemented": "UPD"}, "default": "X"},
    "company": {"from": "form.name"},
    "papers": {"each": "materials", "fields": {"title": "name", "sum": "digest"}},
    "from": {"constant": "OneWindow"},
}
MISFIT = {"taskId": "assignment", "type": {"from": "kind", "table": {"assigned": "NEW"}}}
CERTIFICATE = str(Path("tests/broker/localhost.pem").absolute())
RESULTS = {
    "assignment": "taskId",
    "act": {"from": "status", "table": {"0": "nothing", "1": "completion", "2": "completion"}},
    "outcome": {"from": "status", "table": {"1": "approved", "2": "rejected"}},
    "opinion": "remark",
    "legal_basis": "law",
    "results.file_number": {"from": "data.fileNo", "as": "text"},
}


def over(theirs, name, **more):
    """A connection to a path of their server."""
    tasks = {"url": f"{theirs.url}/{name}", **more.pop("tasks", {})}
    return {"http": {"tasks": tasks, "secrets": {"file": "secrets"}, **more}, "officer": "系统"}


@pytest.fixture(scope="module")
def sealed():
    """Another server of theirs, which speaks TLS under a certificate of its own making."""
    server = TheirServer(certificate=CERTIFICATE)
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def office(theirs, sealed, connected, tmp_path_factory):
    secrets = tmp_path_factory.mktemp("keys") / "secrets"
    secrets.write_text(f"k1 {SECRET}\n")
    mapped = {"tasks": {"fields": TASKS}, "results": {"fields": RESULTS}}
    polled = {"fields": RESULTS, "poll": {"url": theirs.url + "/asked/{assignment}"}}
    listed = {"fields": RESULTS, "poll": {"url": theirs.url + "/all", "list": "data.items"}}
    for poll in (polled, listed):
        poll["poll"]["every_seconds"] = 1
    departments = {
        "archives": {**over(theirs, "archives"), "accept": "delivered"},
        "mapped": over(theirs, "mapped", **mapped),
        "polled": over(theirs, "polled", results=polled),
        "listed": over(theirs, "listed", results=listed),
        "quick": over(theirs, "quick"),
        "slow": over(theirs, "slow", timeout_seconds=1),
        "failing": over(theirs, "failing", timeout_seconds=1),
        "stubborn": over(theirs, "stubborn", timeout_seconds=1),
        "misfit": over(theirs, "misfit", tasks={"fields": MISFIT}),
        "sealed": over(theirs, "sealed", ca=CERTIFICATE),
        "unsealed": over(theirs, "unsealed"),
    }
    for name in ("sealed", "unsealed"):
        address = f"https://localhost:{sealed.server_address[1]}/{name}"
        departments[name]["http"]["tasks"]["url"] = address
    for it in departments.values():
        it["http"]["secrets"] = {"file": str(secrets)}
    started = connected(departments)
    started.secrets = secrets
    return started


def given(office, department, **changes):
    task = assigned(f"{department}/{uuid.uuid4()}", department, **changes)
    office.say(task)
    return task


def post(office, department, result, *, headers=None, body=None):
    body = json.dumps(result).encode() if body is None else body
    url = f"{office.url}/departments/{department}/results"
    return requests.post(url, data=body, headers=headers or sign(body), timeout=60)


def standing(office, department):
    url = f"{office.url}/departments/{department}/system"
    headers = {"Authorization": f"Bearer {office.tokens[department]}"}
    answer = requests.get(url, headers=headers, timeout=60)
    assert answer.status_code == 200, answer.text
    return answer.json()


def problem(answer, status):
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.json()


def faults(answer):
    return {it["field"]: it["problem"] for it in problem(answer, 422)["errors"]}


def test_a_task_is_posted_as_the_department_sees_it_and_may_count_as_accepted(office, theirs):
    task = given(office, "archives")
    (got,) = theirs.about("/archives", task)
    body = got["body"]
    assert (body["kind"], body["assignment"]) == ("assigned", task.assignment)
    assert body["form"] == {"name": "某某公司"}
    assert body["assigned_at"] == NOW.isoformat()
    assert got["headers"]["OneWindow-Delivery"] == body["delivery"]
    assert got["headers"]["OneWindow-Kind"] == "assigned"
    until(lambda: office.task(task).state == "accepted")
    assert office.task(task).officer == "系统"


def test_news_is_told_in_the_fields_and_words_of_the_other_side(office, theirs):
    task = given(office, "mapped")
    theirs.about("/mapped", task)
    office.say(supplemented(task.assignment, "mapped"))
    theirs.about("/mapped", task, 2)
    office.say(cancelled(task.assignment, "mapped"))
    told = [it["body"] for it in theirs.about("/mapped", task, 3)]
    assert [it["type"] for it in told] == ["NEW", "UPD", "X"]
    assert [it["company"] for it in told] == ["某某公司", "某某有限公司", "某某有限公司"]
    assert told[0] == {
        "caseNo": task.case,
        "taskId": task.assignment,
        "type": "NEW",
        "company": "某某公司",
        "papers": [{"title": "charter", "sum": task.materials[0].digest}],
        "from": "OneWindow",
    }


def test_a_signed_result_counts_once_and_is_answered_the_same_again(office, theirs):
    task = given(office, "mapped")
    theirs.about("/mapped", task)
    result = {"taskId": task.assignment, "status": 1, "data": {"fileNo": 7}}
    first = post(office, "mapped", result)
    assert first.json() == {"assignment": task.assignment, "state": "completed", "version": 2}
    time.sleep(1.1)  # a later second has another signature, as any real retry has
    assert post(office, "mapped", result).json() == first.json()
    (sent,) = answers_about(office.database, task.assignment)
    assert (sent.outcome, sent.results, sent.officer) == ("approved", {"file_number": "7"}, "系统")


def test_a_replayed_forged_or_late_result_is_refused_and_has_no_effect(office, theirs):
    task = given(office, "mapped")
    theirs.about("/mapped", task)
    body = json.dumps({"taskId": task.assignment, "status": 0}).encode()
    headers = sign(body)
    assert post(office, "mapped", None, body=body, headers=headers).status_code == 200
    told = problem(post(office, "mapped", None, body=body, headers=headers), 401)
    assert "sign each attempt anew" in told["detail"]
    upper = {**headers, "OneWindow-Signature": headers["OneWindow-Signature"].upper()}
    problem(post(office, "mapped", None, body=body, headers=upper), 401)
    body = json.dumps({"taskId": task.assignment, "status": 1}).encode()
    for wrong in (
        sign(body, secret=NEXT_SECRET),
        sign(body, key="k9"),
        sign(body, at=time.time() - 400),
        sign(body, at=time.time() + 400),
        sign(b"{}"),
    ):
        problem(post(office, "mapped", None, body=body, headers=wrong), 401)
    missing = {"Content-Type": "application/json"}
    assert "OneWindow-Key" in faults(post(office, "mapped", None, body=body, headers=missing))
    problem(post(office, "nobody", None, body=body, headers=sign(body)), 401)
    assert office.task(task).state == "assigned"


def test_a_result_that_breaks_a_rule_is_told_in_the_senders_own_words(office, theirs):
    task = given(office, "mapped")
    theirs.about("/mapped", task)

    def told(**result):
        return faults(post(office, "mapped", {"taskId": task.assignment, **result}))

    assert told(status=9) == {
        "status": "must be one of 0, 1, 2, and is 9",
    }
    assert told(status=2) == {
        "remark": "is missing; the outcome is rejected",
        "law": "is missing; the outcome is rejected",
    }
    assert told(status=1, remark=["x"])["remark"] == "is not a text"
    assert told() == {"status": "is missing"}
    assert faults(post(office, "mapped", {"status": 1})) == {"taskId": "is missing"}
    problem(post(office, "mapped", {"taskId": "nobody's", "status": 1}), 404)
    problem(post(office, "mapped", None, body=b"{"), 400)
    assert office.task(task).version == 1


def test_another_departments_task_is_not_there(office, theirs):
    task = given(office, "archives")
    theirs.about("/archives", task)
    problem(post(office, "mapped", {"taskId": task.assignment, "status": 1}), 404)


def test_an_answer_that_routing_refuses_is_told_to_the_system(office, theirs):
    task = given(office, "archives")
    theirs.about("/archives", task)
    until(lambda: office.task(task).state == "accepted")
    result = {"assignment": task.assignment, "act": "completion", "outcome": "approved"}
    assert post(office, "archives", result).status_code == 200
    office.say(refusing(assignment=task.assignment))
    told = theirs.about("/archives", task, 2)[1]["body"]
    assert (told["kind"], told["state"]) == ("refused", "accepted")
    assert "seal_number" in told["note"]


def test_secrets_follow_each_other_without_a_restart(office, theirs):
    try:
        office.secrets.write_text(f"k2 {NEXT_SECRET}\nk1 {SECRET}\n")
        task = given(office, "quick")
        (got,) = theirs.about("/quick", task)
        assert got["headers"]["OneWindow-Key"] == "k2"
        result = {"assignment": task.assignment, "act": "acceptance"}
        assert post(office, "quick", result).status_code == 200
        result = {"assignment": task.assignment, "act": "completion", "outcome": "approved"}
        body = json.dumps(result).encode()
        signed = sign(body, key="k2", secret=NEXT_SECRET)
        assert post(office, "quick", None, body=body, headers=signed).status_code == 200
    finally:
        office.secrets.write_text(f"k1 {SECRET}\n")


def test_each_open_task_is_asked_for_until_it_has_a_result(office, theirs):
    task = given(office, "polled")
    path = f"/asked/{task.assignment.replace('/', '%2F')}"
    theirs.answers[path] = (200, {}, b'{"status": 0}')
    theirs.wait_for(path)
    assert office.task(task).state == "assigned"
    theirs.answers[path] = (200, {}, b'{"status": 8}')
    until(lambda: standing(office, "polled")["problems"])
    (shown,) = standing(office, "polled")["problems"]
    assert (shown["assignment"], shown["field"]) == (task.assignment, "status")
    theirs.answers[path] = (200, {}, b'{"status": 1, "data": {"fileNo": "7"}}')
    until(lambda: office.task(task).state == "completed")
    assert len(answers_about(office.database, task.assignment)) == 1


def test_all_results_can_be_asked_for_at_once(office, theirs):
    theirs.answers["/all"] = (200, {}, b'{"data": {"items": []}}')
    done, waits = given(office, "listed"), given(office, "listed")
    items = [
        {"taskId": done.assignment, "status": "1"},
        {"taskId": waits.assignment, "status": "0"},
        {"taskId": "nobody's", "status": "1"},
    ]
    theirs.about("/listed", done)
    theirs.about("/listed", waits)
    theirs.answers["/all"] = (200, {}, json.dumps({"data": {"items": items}}).encode())
    until(lambda: office.task(done).state == "completed")
    until(lambda: standing(office, "listed")["problems"])
    assert office.task(waits).state == "assigned"
    assert [it["assignment"] for it in standing(office, "listed")["problems"]] == ["nobody's"]


def test_a_system_that_does_not_answer_opens_its_line_and_holds_up_nobody(office, theirs):
    slow = [given(office, "slow") for _ in range(3)]
    theirs.answers["/slow"] = lambda _: time.sleep(30)
    took = []
    for _ in range(5):
        started = time.monotonic()
        theirs.about("/quick", given(office, "quick"))
        took.append(time.monotonic() - started)
    assert median(took) < 3
    until(lambda: standing(office, "slow")["line"] == "open")
    shown = standing(office, "slow")
    assert shown["failures"] >= 3
    assert "longer than 1 seconds" in shown["error"]
    assert shown["waiting"] == 3
    metrics = requests.get(f"{office.url}/systems/metrics", timeout=60).text
    assert 'onewindow_system_line{department="slow",state="open"} 1.0' in metrics
    assert 'onewindow_system_waiting{department="slow"} 3.0' in metrics
    assert requests.get(f"{office.url}/health", timeout=60).json()["parts"]["database"]
    ids = {it["body"]["delivery"] for it in theirs.got["/slow"]}
    del theirs.answers["/slow"]
    for task in slow:
        until(lambda task=task: theirs.about("/slow", task))
    until(lambda: standing(office, "slow")["line"] == "closed")
    until(lambda: standing(office, "slow")["waiting"] == 0)
    assert ids <= {it["body"]["delivery"] for it in theirs.about("/slow", slow[0])}


def dripping(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for _ in range(100):
        handler.wfile.write(b"X-A: b\r\n")
        handler.wfile.flush()
        time.sleep(0.1)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((500, {}, b"x"), "answers 500"),
        ((302, {"Location": "/elsewhere"}, b""), "redirects are not followed"),
        ((200, {"Content-Encoding": "gzip"}, b"x"), "compressed"),
        ((200, {}, b"x" * (1 << 21)), "longer than"),
        (dripping, "took longer"),
    ],
    ids=["an error", "a redirect", "compressed", "too long", "byte by byte"],
)
def test_what_is_no_answer_is_told_again_later(office, theirs, answer, reason):
    theirs.answers["/failing"] = answer
    task = given(office, "failing")
    until(lambda: reason in standing(office, "failing")["error"])
    assert "/elsewhere" not in theirs.got
    theirs.answers["/failing"] = (204, {}, b"")
    told = theirs.about("/failing", task, 2)
    assert len({it["body"]["delivery"] for it in told}) == 1
    until(lambda: standing(office, "failing")["failures"] == 0)


def test_news_that_a_system_refuses_waits_alone(office, theirs):
    theirs.answers["/stubborn"] = (422, {}, "没有这个事项".encode())
    task = given(office, "stubborn")
    until(lambda: standing(office, "stubborn")["in_vain"])
    shown = standing(office, "stubborn")
    assert (shown["line"], shown["in_vain"][0]["assignment"]) == ("closed", task.assignment)
    assert "没有这个事项" in shown["in_vain"][0]["error"]
    theirs.answers["/stubborn"] = (200, {}, b"")
    theirs.about("/stubborn", given(office, "stubborn"))
    until(lambda: standing(office, "stubborn")["waiting"] == 1)


def test_news_that_the_declared_fields_do_not_fit_waits_alone(office, theirs):
    task = given(office, "misfit")
    theirs.about("/misfit", task)
    office.say(supplemented(task.assignment, "misfit"))
    until(lambda: standing(office, "misfit")["in_vain"])
    (shown,) = standing(office, "misfit")["in_vain"]
    assert "kind: must be one of assigned, and is supplemented" in shown["error"]
    theirs.about("/misfit", given(office, "misfit"))


def test_a_certificate_is_believed_only_if_it_is_declared(office, sealed):
    told, kept = given(office, "sealed"), given(office, "unsealed")
    sealed.about("/sealed", told)
    until(lambda: "CERTIFICATE_VERIFY_FAILED" in standing(office, "unsealed")["error"])
    assert "/unsealed" not in sealed.got
    assert office.task(kept).state == "assigned"


def test_no_secret_is_stored_or_logged(office):
    assert SECRET not in office.logged()
    assert SECRET.encode() not in (office.folder / "department.db").read_bytes()
