"""Bad input over HTTP: a precise problem that names the field, nothing stored, nothing of us."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from deploy.local.places import ROOT, SDK
from deploy.local.services import CATALOGUE
from tests.journey.clients import Client
from tests.journey.journey import Journey, material
from tests.journey.stories import PLAIN
from tests.journey.town import Town

KEY = {"Idempotency-Key": "bad-input-0001"}
JSON = {**KEY, "Content-Type": "application/json"}
OURS = ("Traceback", 'File "', "services/", "shared/", "site-packages", "sqlalchemy")
STORES = {
    "intake": ("cases", "outbox", "parked", "held"),
    "routing": ("cases", "outbox", "parked", "items"),
    "supervision": ("cases", "trace", "alerts", "parked"),
}


def stored(town: Town) -> dict[str, int]:
    """How many rows there are in every table that a request could have reached."""
    return {
        f"{service}.{table}": town.query(service, f"SELECT count(*) AS n FROM {table}")[0]["n"]
        for service, tables in STORES.items()
        for table in tables
    }


@pytest.fixture
def nothing_stored(town: Town, calm: Journey) -> Iterator[None]:
    """Fails when anything was stored in the end."""
    before = stored(town)
    yield
    town.settle()
    assert stored(town) == before


@pytest.fixture
def application(town: Town, calm: Journey) -> dict[str, Any]:
    """A good application, to be spoilt."""
    papers = [material(town.intake, name, PLAIN.name) for name in PLAIN.papers]
    return PLAIN.application(papers)


def problem(answer: requests.Response, status: int) -> dict[str, Any]:
    """The problem details (RFC 9457) of an answer, which says nothing about our insides."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert not [word for word in OURS if word in answer.text]
    found: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail"} <= found.keys()
    return found


def faults(answer: requests.Response) -> dict[str, str]:
    """The fields that a problem names, each with what is wrong."""
    return {it["field"]: it["problem"] for it in problem(answer, 422)["errors"]}


def hand_in(intake: Client, application: dict[str, Any]) -> requests.Response:
    return intake.ask("POST", "/cases", json=application, headers=KEY)


@pytest.mark.usefixtures("nothing_stored")
class TestTheWindow:
    """What is handed in wrong."""

    def test_a_form_that_breaks_the_schema_names_every_field(
        self, town: Town, application: dict[str, Any]
    ) -> None:
        application["form"] |= {
            "building_area": "large",
            "industry": "farming",
            "earthwork": -1,
            "contact_phone": "call me",
            "colour": "red",
        }
        del application["form"]["project_site"]
        found = faults(hand_in(town.intake, application))
        assert found.keys() == {
            "form.building_area",
            "form.industry",
            "form.earthwork",
            "form.contact_phone",
            "form.colour",
            "form.project_site",
        }

    def test_an_unknown_item_is_named_with_what_was_perhaps_meant(
        self, town: Town, application: dict[str, Any]
    ) -> None:
        application["item"] = "investment-projekt"
        found = faults(hand_in(town.intake, application))
        assert "investment-project" in found["item"]

    @pytest.mark.parametrize(
        ("kind", "item", "number"),
        [
            ("organisation", "investment-project", "91330100MA2000001X"),
            ("organisation", "investment-project", "913301"),
            ("person", "birth", "330102199001011230"),
            ("person", "birth", "33010219901301123X"),
        ],
    )
    def test_a_wrong_applicant_number_is_refused(
        self, town: Town, application: dict[str, Any], kind: str, item: str, number: str
    ) -> None:
        application["item"] = item
        application["applicant"] = {"kind": kind, "name": "林晓棠", "number": number}
        assert "applicant.number" in faults(hand_in(town.intake, application))

    def test_a_material_that_is_missing_is_named(
        self, town: Town, application: dict[str, Any]
    ) -> None:
        papers = application["materials"]
        application["materials"] = [it for it in papers if it["name"] != "site-plan"]
        found = faults(hand_in(town.intake, application))
        assert found.keys() == {"materials"}
        assert "site-plan" in found["materials"]

    @pytest.mark.parametrize(
        "body",
        [b'{"item": ', b"", b"\xff\xfe", b'{"item": "a", "item": "b"}', b"[" * 10_000, b"NaN"],
    )
    def test_a_malformed_body_is_refused(self, town: Town, body: bytes) -> None:
        problem(town.intake.ask("POST", "/cases", data=body, headers=JSON), 400)

    def test_an_oversized_body_is_refused_before_it_is_read(self, town: Town) -> None:
        body = json.dumps({"item": "x" * 5_000_000}).encode()
        found = problem(town.intake.ask("POST", "/cases", data=body, headers=JSON), 413)
        assert str(len(body)) in found["detail"]

    def test_a_body_that_is_no_json_object_is_refused(self, town: Town) -> None:
        assert "body" in faults(town.intake.ask("POST", "/cases", data=b"[]", headers=JSON))

    def test_a_hand_in_without_a_key_is_refused(
        self, town: Town, application: dict[str, Any]
    ) -> None:
        assert "Idempotency-Key" in faults(town.intake.ask("POST", "/cases", json=application))


@pytest.mark.usefixtures("nothing_stored")
class TestACase:
    """What is asked of a case wrongly."""

    def test_a_code_with_a_wrong_digit_is_refused(self, town: Town, calm: Journey) -> None:
        code = calm["plain"].code
        for place in (0, 8, -4, -2, -1):
            wrong = str((int(code[place]) + 1) % 10)
            spoilt = "".join([code[:place], wrong, code[place:][1:]])
            assert "case_code" in faults(town.intake.ask("GET", f"/cases/{spoilt}")), spoilt

    def test_a_supplement_with_another_secret_is_refused(self, town: Town, calm: Journey) -> None:
        headers = {"Authorization": "Bearer not-the-secret"}
        path = f"/cases/{calm['plain'].code}/supplements"
        problem(town.intake.ask("POST", path, json={"note": "x"}, headers=headers), 403)

    def test_a_closed_case_takes_nothing_in(self, town: Town, calm: Journey) -> None:
        case = calm["plain"]
        path = f"/cases/{case.code}/withdrawal"
        answer = town.intake.ask("POST", path, json={"reason": "x"}, headers=case.authorized())
        assert "decided" in problem(answer, 409)["detail"]

    def test_a_desk_answers_no_task_of_another_case_or_without_a_token(
        self, town: Town, calm: Journey
    ) -> None:
        problem(town.desk.ask("GET", "/tasks/no-such-assignment"), 404)
        with Client(*town.desk.bases) as stranger:
            problem(stranger.ask("GET", "/departments/archives/tasks"), 401)
        problem(town.desk.ask("GET", "/departments/neighbourhood/tasks"), 403)

    def test_supervision_names_a_case_that_it_does_not_know(self, town: Town) -> None:
        found = problem(town.supervision.ask("GET", "/cases/330100-2609-9999999-00/trace"), 404)
        assert "330100-2609-9999999-00" in found["detail"]


SPOILT = {
    "a cycle": {"after: [birth-certificate]": "after: [medical-insurance]"},
    "an unknown department and a condition that names no field": {
        "department: neighbourhood": "department: village",
        "!form.birth_registered": "!form.born_registered",
    },
}
NAMED = {
    "a cycle": ("tasks[2].after", "household-registration -> medical-insurance"),
    "an unknown department and a condition that names no field": (
        "tasks[0].department: 'village'",
        "tasks[0].when: `form.born_registered`",
    ),
}


@pytest.mark.usefixtures("nothing_stored")
@pytest.mark.parametrize("faulty", SPOILT)
def test_a_catalogue_with_faults_is_refused_at_the_start(
    town: Town, tmp_path: Path, faulty: str
) -> None:
    catalogue = tmp_path / "catalogue"
    shutil.copytree(CATALOGUE, catalogue)
    item = catalogue / "items" / "birth.yaml"
    for right, wrong in SPOILT[faulty].items():
        assert right in item.read_text()
        item.write_text(item.read_text().replace(right, wrong, 1))
    started = start_routing(town, catalogue, tmp_path / "data")
    assert started.returncode == 2
    last = started.stderr.splitlines()[-1]
    assert last.startswith("routing: items/birth.yaml:")
    assert [named for named in NAMED[faulty] if named not in last] == []


def start_routing(town: Town, catalogue: Path, data: Path) -> subprocess.CompletedProcess[str]:
    """A second routing on a data folder of its own, on the broker of the town."""
    data.mkdir()
    return subprocess.run(
        [sys.executable, "-P", "-m", "services", "routing"],
        env={
            "PYTHONPATH": f"{ROOT}:{SDK}",
            "AMQP_URI": town.stack.amqp_uri("routing"),
            "ONEWINDOW_DATA": str(data),
            "ONEWINDOW_CATALOGUE": str(catalogue),
        },
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
