"""A department fetches its tasks: long polling and leases, on a real service."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from services.department.systems.held import MOST_OF_ONE, Held, TooMany
from tests.unit.department.samples import SAID, assigned, cancelled
from tests.unit.department.systems.routing import answers_about
from tests.unit.department.systems.waiting import until

DEPARTMENTS = ("tax", "waits", "crowd", "brief")


@pytest.fixture(scope="module")
def office(connected):
    ways = {name: {"pull": {"lease_minutes": 5}} for name in DEPARTMENTS}
    ways["brief"] = {"pull": {"lease_minutes": 0.02}}
    return connected(ways)


def ask(office, method, path, *, department="tax", **options):
    headers = {"Authorization": f"Bearer {office.tokens[department]}"}
    return requests.request(method, office.url + path, headers=headers, timeout=70, **options)


def fetch(office, department="tax", wait=0.0):
    path = f"/departments/{department}/next?wait={wait}"
    return ask(office, "GET", path, department=department)


def do(office, what, fetched, department="tax", **changes):
    path = f"/departments/{department}/deliveries/{fetched['delivery']}/{what}"
    lease = {"lease": changes.get("lease", fetched["lease"])}
    return ask(office, "POST", path, department=department, json=lease)


def given(office, department="tax"):
    task = assigned(str(uuid.uuid4()), department)
    office.say(task)
    return task


def test_a_task_is_fetched_acknowledged_and_answered(office):
    task = given(office)
    fetched = fetch(office).json()
    assert (fetched["kind"], fetched["task"]["assignment"]) == ("assigned", task.assignment)
    assert fetched["task"]["form"] == {"name": "某某公司"}
    assert fetch(office).status_code == 204
    assert do(office, "prolongation", fetched).json()["lease_until"] >= fetched["lease_until"]
    assert do(office, "acknowledgement", fetched).json() == {"lease_until": None}
    assert fetch(office).status_code == 204
    body = {**SAID["completion"], "version": fetched["task"]["version"], "officer": "税"}
    done = ask(office, "POST", f"/tasks/{task.assignment}/completion", json=body)
    assert done.json()["state"] == "completed"
    late = ask(office, "POST", f"/tasks/{task.assignment}/completion", json=body)
    assert late.status_code == 409
    assert len(answers_about(office.database, task.assignment)) == 1


def test_what_is_given_back_comes_again_at_once_and_the_old_lease_opens_nothing(office):
    given(office)
    first = fetch(office).json()
    assert do(office, "release", first).status_code == 200
    again = fetch(office).json()
    assert again["delivery"] == first["delivery"]
    assert do(office, "acknowledgement", again, lease=first["lease"]).status_code == 409
    assert do(office, "acknowledgement", again).status_code == 200


def test_what_is_not_acknowledged_comes_again_when_its_lease_has_ended(office):
    given(office, "brief")
    first = fetch(office, "brief").json()
    again = fetch(office, "brief", wait=20).json()
    assert again["delivery"] == first["delivery"]
    assert do(office, "acknowledgement", first, "brief").status_code == 409


def test_a_request_that_waits_is_answered_as_soon_as_there_is_something(office):
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(fetch, office, "waits", 30)
        until(lambda: 'path": "/departments/waits/next' not in office.logged())
        started = time.monotonic()
        task = given(office, "waits")
        answer = waiting.result().json()
    assert answer["task"]["assignment"] == task.assignment
    assert time.monotonic() - started < 20
    office.say(cancelled(task.assignment, "waits"))
    do(office, "acknowledgement", answer, "waits")
    assert fetch(office, "waits", 5).json()["kind"] == "cancelled"


def test_more_requests_than_may_be_held_are_refused_and_others_are_served(office):
    with ThreadPoolExecutor(MOST_OF_ONE + 3) as pool:
        asked = [pool.submit(fetch, office, "crowd", 3) for _ in range(MOST_OF_ONE + 3)]
        assert ask(office, "GET", "/departments/tax/tasks").status_code == 200
        answers = [it.result() for it in asked]
    refused = [it for it in answers if it.status_code == 429]
    assert len(refused) == 3
    assert all(int(it.headers["Retry-After"]) > 0 for it in refused)
    assert all(it.json()["title"] for it in refused)
    assert {it.status_code for it in answers} == {204, 429}


def test_who_may_not_fetch_is_told(office):
    assert ask(office, "GET", "/departments/waits/next").status_code == 403
    nobody = requests.get(f"{office.url}/departments/tax/next", timeout=60)
    assert nobody.status_code == 401
    for wait in ("61", "-1", "x"):
        answer = ask(office, "GET", f"/departments/tax/next?wait={wait}")
        assert [it["field"] for it in answer.json()["errors"]] == ["wait"]
    unknown = {"delivery": str(uuid.uuid4()), "lease": "x"}
    assert do(office, "acknowledgement", unknown).status_code == 404


def test_held_requests_end_when_the_service_does():
    held = Held()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(held.wait, "tax", 60)
        until(lambda: held.waiting == {"tax"})
        held.stop()
        assert waiting.result(5) is False
    assert held.wait("tax", 60) is False


def test_places_are_counted_for_all_and_for_each():
    held = Held(most=3, most_of_one=2)
    with held.place("a"), held.place("a"), held.place("b"):
        for department in ("a", "c"):
            with pytest.raises(TooMany), held.place(department):
                pass
    with held.place("a"), held.place("a"):
        pass
