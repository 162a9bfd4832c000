"""connections.yaml is followed while the service runs: nothing is lost, nothing is told twice."""

import json
import uuid

import pytest
import requests
import yaml

from services.department import handlers
from services.department.systems.connections import read_connections
from services.department.systems.present import PresentConnections
from shared.delivery.work import Work
from shared.errors import Invalid
from tests.unit.department.samples import NOW, assigned
from tests.unit.department.systems.routing import say as say_to
from tests.unit.department.systems.theirs import SECRET, sign
from tests.unit.department.systems.waiting import until


def over(theirs, path, **more):
    """A connection to a path of their server."""
    return {
        "http": {"tasks": {"url": f"{theirs.url}{path}"}, "secrets": {"file": "secrets"}, **more}
    }


def written(path, departments):
    """Put a whole file into the place of the one before."""
    (path.parent / "secrets").write_text(f"k1 {SECRET}\n")
    beside = path.with_name("connections.yaml.new")
    apart = json.loads(json.dumps(departments))  # what is there twice must not become an alias
    beside.write_text(yaml.safe_dump({"departments": apart}))
    beside.replace(path)


PULL = {"pull": {"lease_minutes": 5}}


@pytest.fixture
def path(tmp_path):
    found = tmp_path / "connections.yaml"
    written(found, {"archives": PULL})
    return found


def test_a_change_is_taken_over_once_it_stays(path):
    present = PresentConnections(path)
    assert (present.look(), present.followed) == (False, False)
    written(path, {"archives": PULL, "tax": PULL})
    assert (present.look(), set(present.connections)) == (False, {"archives"}), "is it whole?"
    assert (present.look(), set(present.connections)) == (True, {"archives", "tax"})
    assert (present.look(), present.followed) == (False, True)


def test_a_file_that_grows_from_look_to_look_is_not_taken_over(path):
    present = PresentConnections(path)
    whole = path.read_text() + "  tax: {pull: {}}\n"
    for length in range(len(whole) - 3, len(whole) + 1):
        path.write_text(whole[:length])
        assert not present.look()
    assert present.look()
    assert set(present.connections) == {"archives", "tax"}


def test_a_wrong_file_is_said_and_the_last_good_one_stays_in_force(path):
    present = PresentConnections(path)
    written(path, {"archives": {"pul": {}}})
    assert not any(present.look() for _ in range(3))
    assert "departments.archives.pul" in present.wrong
    assert set(present.connections) == {"archives"}
    written(path, {"tax": PULL})
    present.look()
    assert present.look()
    assert (present.wrong, set(present.connections)) == ("", {"tax"})


def test_a_fault_that_lay_in_another_file_is_over_when_that_one_is_right(path, theirs):
    present = PresentConnections(path)
    written(path, {"tax": over(theirs, "/tax")})
    (path.parent / "secrets").unlink()
    assert not any(present.look() for _ in range(3))
    assert "secrets" in present.wrong
    (path.parent / "secrets").write_text(f"k1 {SECRET}\n")
    assert present.look()
    assert (present.wrong, set(present.connections)) == ("", {"tax"})


def test_a_file_that_goes_is_said_and_one_that_comes_later_is_taken_over(path):
    present = PresentConnections(path)
    text = path.read_text()
    path.unlink()
    assert not any(present.look() for _ in range(3))
    assert "cannot be read" in present.wrong
    assert set(present.connections) == {"archives"}
    with pytest.raises(Invalid, match="cannot be read"):
        PresentConnections(path)
    later = PresentConnections(path, optional=True)
    assert (set(later.connections), later.wrong) == (set(), "")
    path.write_text(text)
    later.look()
    assert later.look()
    assert later.connections == read_connections(path)


def told(theirs, path):
    return [it["body"]["assignment"] for it in theirs.got.get(path, [])]


def metric(office, name):
    lines = requests.get(office.url + "/systems/metrics", timeout=10).text.splitlines()
    return next(line for line in lines if line.startswith(name)).rpartition(" ")[2]


def test_a_connection_joins_changes_and_leaves_while_the_service_runs(theirs, connected, tmp_path):
    (tmp_path / "secrets").write_text(f"k1 {SECRET}\n")
    key = {"file": str(tmp_path / "secrets")}
    stays = over(theirs, "/stays") | {}
    stays["http"]["secrets"] = key
    office = connected({"stays": stays})
    path = office.folder / "connections.yaml"
    before, *others = [assigned(str(uuid.uuid4()), "joins") for _ in range(3)]
    office.say(before)
    assert theirs.got.get("/joins") is None

    away = over(theirs, "/nowhere") | {"accept": "delivered"}
    theirs.answers["/nowhere"] = (503, {}, b"")
    written(path, {"stays": stays, "joins": away})
    theirs.about("/nowhere", before)
    until(lambda: failures(office) >= 2)
    written(path, {"stays": stays, "joins": over(theirs, "/joins", timeout_seconds=9)})
    theirs.about("/joins", before)

    path.write_text("departments: {stays: {htp: 1}}")
    until(lambda: metric(office, "onewindow_system_connections_wrong") == "1.0")
    assert "departments.stays" in office.logged()
    say(office, others[0], "joins")
    theirs.about("/joins", others[0])

    written(path, {"stays": stays, "joins": PULL})
    headers = {"Authorization": f"Bearer {token(office)}"}
    address = f"{office.url}/departments/joins/next?wait=0"
    until(lambda: requests.get(address, headers=headers, timeout=10).status_code == 204)
    say(office, others[1], "joins")
    fetched = requests.get(address, headers=headers, timeout=10).json()
    assert fetched["task"]["assignment"] == others[1].assignment

    written(path, {"stays": stays, "joins": over(theirs, "/joins")})
    body = json.dumps({"assignment": before.assignment, "act": "acceptance"}).encode()
    results = f"{office.url}/departments/joins/results"

    def taken():
        return requests.post(results, data=body, headers=sign(body), timeout=10).status_code == 200

    until(taken)
    done = requests.post(
        f"{office.url}/departments/joins/deliveries/{fetched['delivery']}/acknowledgement",
        json={"lease": fetched["lease"]},
        headers=headers,
        timeout=10,
    )
    assert done.status_code == 200, "what was fetched before is not told again over HTTP"

    written(path, {"stays": stays})
    until(
        lambda: (
            requests.post(results, data=body, headers=sign(body, at=0), timeout=10).text.find(
                "has no system that posts results"
            )
            >= 0
        )
    )
    last = assigned(str(uuid.uuid4()), "stays")
    office.say(last)
    theirs.about("/stays", last)
    assert told(theirs, "/joins") == [before.assignment, others[0].assignment]


def failures(office):
    name = 'onewindow_system_line_failures{department="joins"}'
    return float(metric(office, name))


def say(office, task, department):
    say_to(office.database, task, departments={department, "stays"})


def token(office):
    with office.database.transaction() as tx:
        return handlers.add_token(Work(tx, NOW, "department"), "joins", "")
