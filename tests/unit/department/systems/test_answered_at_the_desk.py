"""An officer answers a task that the department's own system has: the system is told, and late."""

import json
import uuid
from dataclasses import replace

import pytest
import requests

from services.department.systems.folder.phrases import chinese
from shared.accounts import keeping, store
from shared.accounts.entering import Browser, begin
from shared.accounts.keeping import Once
from shared.businesstime import BusinessTime
from shared.web.pages.csrf import token_for
from tests.unit.department.samples import assigned, cancelled, refusing
from tests.unit.department.systems.routing import answers_about
from tests.unit.department.systems.theirs import SECRET, sign
from tests.unit.department.systems.waiting import until


@pytest.fixture(scope="module")
def office(theirs, connected, tmp_path_factory):
    folder = tmp_path_factory.mktemp("exchange")
    (folder / "secrets").write_text(f"k1 {SECRET}\n")
    for part in ("out", "in"):
        (folder / part).mkdir()
    http = {"tasks": {"url": theirs.url + "/desk"}, "secrets": {"file": str(folder / "secrets")}}
    files = {
        "tasks": {"folder": str(folder / "out"), "format": "json"},
        "results": {"folder": str(folder / "in")},
        "every_seconds": 0.1,
        "settle_seconds": 0,
    }
    started = connected(
        {"over-http": {"http": http}, "by-file": {"folder": files}, "fetches": {"pull": {}}}
    )
    started.exchange = folder
    return started


def given(office, department, **more):
    task = assigned(str(uuid.uuid4()), department, **more)
    office.say(task)
    return task


class Officer:
    """Somebody of a department, signed in at the desk's pages."""

    def __init__(self, office, name, display_name, unit, role="officer"):
        now = BusinessTime().now()
        with office.database.transaction() as tx:
            once = Once(password="", hash="")
            given = {"name": name, "display_name": display_name, "unit": unit, "roles": (role,)}
            made = keeping.add(tx, "department", **given, once=once, now=now, by="operator")
            store.keep(tx, replace(made, must_change=False))
            browser = Browser(address="127.0.0.1", name="requests")
            session = begin(tx, store.account(tx, name), browser, now)
        self.office, self.token = office, token_for(session)
        self.session = requests.Session()
        self.session.cookies.set("onewindow-department-session", session)

    def does(self, what, task, **typed):
        version = self.office.task(task).version
        said = {"csrf": self.token, "version": str(version), **typed}
        url = f"{self.office.url}/desk/tasks/{task.assignment}/{what}"
        done = self.session.post(url, data=said, timeout=20, allow_redirects=False)
        assert done.status_code == 303, done.text


@pytest.fixture(scope="module")
def wang(office):
    return Officer(office, "wang", "王敏", "over-http")


def late(office, department, task, **said):
    """A result of the department's system over HTTP that comes after the desk's."""
    result = {"assignment": task.assignment, "act": "completion", "outcome": "approved", **said}
    body = json.dumps(result).encode()
    url = f"{office.url}/departments/{department}/results"
    return requests.post(url, data=body, headers=sign(body), timeout=20)


def test_what_an_officer_declines_is_told_and_the_late_result_learns_who_and_when(
    office, theirs, wang
):
    task = given(office, "over-http")
    theirs.about("/desk", task)
    wang.does("declining", task, reason="不属本部门")
    told = theirs.about("/desk", task, 2)[1]
    assert told["headers"]["OneWindow-Kind"] == "cancelled"
    assert (told["body"]["kind"], told["body"]["state"]) == ("cancelled", "declined")
    assert told["body"]["note"].startswith("the task was declined by 王敏 on 2026-09-18 09:")
    answer = late(office, "over-http", task)
    assert answer.status_code == 409
    assert "the task was declined by 王敏 on 2026-09-18 09:" in answer.json()["detail"]
    assert len(answers_about(office.database, task.assignment)) == 1


def test_what_two_persons_answered_names_both(office, theirs, wang):
    head = Officer(office, "zhao", "赵强", "over-http", role="head")
    task = given(office, "over-http", approval="two-person")
    theirs.about("/desk", task)
    wang.does("completion", task, outcome="rejected", opinion="不符", legal_basis="第三十八条")
    assert office.task(task).state == "accepted"
    head.does("approval", task)
    (_, told) = theirs.about("/desk", task, 2)
    assert "completed by 王敏, approved by 赵强, on 2026-09-18" in told["body"]["note"]
    assert told["body"]["answer"]["outcome"] == "rejected"


def test_the_same_answer_by_the_system_is_late_all_the_same(office, theirs, wang):
    task = given(office, "over-http")
    theirs.about("/desk", task)
    token = {"Authorization": f"Bearer {office.tokens['over-http']}"}
    said = {"version": 1, "officer": "另一系统", "outcome": "approved"}
    url = f"{office.url}/tasks/{task.assignment}/completion"
    assert requests.post(url, json=said, headers=token, timeout=20).status_code == 200
    theirs.about("/desk", task, 2)
    answer = late(office, "over-http", task)
    assert "completed by 另一系统 on" in answer.json()["detail"]


def test_what_the_system_answers_itself_is_not_told_to_it(office, theirs):
    first = given(office, "over-http")
    theirs.about("/desk", first)
    assert late(office, "over-http", first).status_code == 200
    fetched = given(office, "fetches")
    url, headers = next_of(office)
    assert requests.get(url, headers=headers, timeout=20).json()["kind"] == "assigned"
    said = {"version": 1, "officer": "李", "outcome": "approved"}
    done = f"{office.url}/tasks/{fetched.assignment}/completion"
    assert requests.post(done, json=said, headers=headers, timeout=20).status_code == 200
    second = given(office, "over-http")
    theirs.about("/desk", second)
    assert len(theirs.about("/desk", first)) == 1
    assert requests.get(url, headers=headers, timeout=20).status_code == 204


def next_of(office):
    headers = {"Authorization": f"Bearer {office.tokens['fetches']}"}
    return f"{office.url}/departments/fetches/next?wait=0", headers


def test_who_fetches_is_told_and_what_was_never_fetched_is_not(office):
    known, unknown = given(office, "fetches"), given(office, "fetches")
    url, headers = next_of(office)
    first = requests.get(url, headers=headers, timeout=20).json()
    lease = {"lease": first["lease"]}
    done = f"{office.url}/departments/fetches/deliveries/{first['delivery']}/acknowledgement"
    assert requests.post(done, json=lease, headers=headers, timeout=20).status_code == 200
    sun = Officer(office, "sun", "孙", "fetches")
    for task in (known, unknown):
        sun.does("declining", task, reason="x")
    told = requests.get(url, headers=headers, timeout=20).json()
    assert (told["kind"], told["task"]["assignment"]) == ("cancelled", known.assignment)
    assert "declined by 孙" in told["task"]["note"]
    assert requests.get(url, headers=headers, timeout=20).status_code == 204


def test_a_folder_gets_it_as_a_row_and_a_late_row_is_told_in_both_languages(office):
    task = given(office, "by-file")
    rows(office, task, 1)
    Officer(office, "qian", "钱", "by-file").does("declining", task, reason="x")
    told = rows(office, task, 2)[1]
    assert (told["kind"], told["state"]) == ("cancelled", "declined")
    beside = office.exchange / "in" / ".late"
    beside.write_text(
        json.dumps([{"assignment": task.assignment, "act": "completion", "outcome": "approved"}])
    )
    beside.rename(office.exchange / "in" / "late.json")
    errors = until(lambda: list((office.exchange / "in").glob("late.json.errors.csv")))
    text = errors[0].read_text()
    assert "the task was declined by 钱 on 2026-09-18 09:" in text
    assert "任务已由 钱 于 2026-09-18 09:" in text


def rows(office, task, count):
    """The first so many rows about a task, in the order of their files."""

    def found():
        files = sorted((office.exchange / "out").glob("*.json"), key=lambda it: it.stat().st_mtime)
        all_rows = [row for it in files for row in json.loads(it.read_text())]
        return [row for row in all_rows if row["assignment"] == task.assignment]

    return until(lambda: found() if len(found()) >= count else None)


def test_an_answer_that_routing_refuses_opens_the_task_for_the_system_again(office, theirs, wang):
    task = given(office, "over-http")
    theirs.about("/desk", task)
    wang.does("completion", task, outcome="approved", **{"results.seal": "1"})
    theirs.about("/desk", task, 2)
    office.say(refusing(assignment=task.assignment))
    kinds = [it["body"]["kind"] for it in theirs.about("/desk", task, 3)]
    assert kinds == ["assigned", "cancelled", "refused"]
    assert late(office, "over-http", task).status_code == 200


def test_a_task_that_routing_took_back_says_so_too(office, theirs):
    task = given(office, "over-http")
    theirs.about("/desk", task)
    office.say(cancelled(task.assignment, "over-http"))
    (_, told) = theirs.about("/desk", task, 2)
    assert told["body"]["note"] == cancelled(task.assignment).reason
    detail = late(office, "over-http", task).json()["detail"]
    assert detail.startswith("the task was cancelled on 2026-09-18 09:")
    assert chinese(detail).startswith("任务已于 2026-09-18 09:")
