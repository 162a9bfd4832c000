"""Intake as its users meet it: a real process, real requests, a database in a file."""

import socket
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
import requests

from shared.casecode import scheme_named
from tests.unit.intake.client import PDF, complete, faults, hand_in, problem, upload
from tests.unit.intake.samples import NOW, ORGANISATION, application
from tests.unit.intake.window import count_cases, sent_by


def test_an_application_gets_a_code_a_receipt_and_its_message(intake):
    handed = complete(intake)
    answer = hand_in(intake, handed)
    assert answer.status_code == 201, answer.text
    receipt = answer.json()
    assert scheme_named("regional").verify(receipt["case"]).startswith("330100-2609-")
    assert receipt["state"] == "accepted"
    assert (receipt["item"], receipt["item_version"]) == ("investment-project", 1)
    received = datetime.fromisoformat(receipt["received_at"])
    assert timedelta() <= received - NOW < timedelta(minutes=5)
    assert answer.headers["Location"] == receipt["tracking"] == f"/cases/{receipt['case']}"
    assert len(receipt["receipt_secret"]) >= 40
    sent = next(it for it in sent_by(intake) if it.case == receipt["case"])
    assert sent.form == handed["form"]
    assert sent.applicant.number == ORGANISATION
    assert [it.name for it in sent.materials] == ["application-letter", "land-certificate"]


def test_the_same_key_with_the_same_application_gets_the_same_receipt_and_no_second_case(intake):
    handed, key = complete(intake), str(uuid.uuid4())
    first = hand_in(intake, handed, key)
    before = count_cases(intake)
    again = hand_in(intake, dict(reversed(handed.items())), key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert count_cases(intake) == before


def test_the_same_key_with_another_application_is_refused(intake):
    handed, key = complete(intake), str(uuid.uuid4())
    hand_in(intake, handed, key)
    other = {**handed, "form": {**handed["form"], "project_name": "厂房"}}
    assert "was used for another application" in problem(hand_in(intake, other, key), 422)["detail"]
    broken = {**handed, "region": "x"}
    assert "was used for another" in problem(hand_in(intake, broken, key), 422)["detail"]


def test_requests_with_one_key_at_the_same_time_make_one_case(intake):
    handed, key = complete(intake), str(uuid.uuid4())
    before = count_cases(intake)
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: hand_in(intake, handed, key), range(24)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert count_cases(intake) == before + 1


def test_a_key_is_asked_for_and_must_be_one(intake):
    answer = requests.post(f"{intake.url}/cases", json=application(), timeout=60)
    assert faults(answer) == {"Idempotency-Key": "is missing"}
    assert set(faults(hand_in(intake, application(), "short"))) == {"Idempotency-Key"}


def test_everything_wrong_is_named_at_once_and_nothing_is_stored(intake):
    before, waiting = count_cases(intake), len(sent_by(intake))
    handed = application(
        channel="pigeon",
        applicant={"kind": "organisation", "name": "甲", "number": "91330106MA2GXY1A29", "ag": 1},
        form={"project_name": "仓库", "building_area": "much", "polution": "none"},
        region="330200",
    )
    handed["materials"][1]["digest"] = "md5:1"
    handed["materials"][0]["size"] = "100"
    said = faults(hand_in(intake, handed))
    assert set(said) == {
        "channel",
        "applicant.number",
        "applicant.ag",
        "form.building_area",
        "form.pollution",
        "form.polution",
        "region",
        "materials[0].size",
        "materials[0].digest",
        "materials[1].digest",
    }
    assert said["form.polution"] == "is not known; did you mean pollution?"
    assert (count_cases(intake), len(sent_by(intake))) == (before, waiting)


def test_an_unknown_item_is_named_with_the_one_that_was_meant(intake):
    said = faults(hand_in(intake, application(item="investment-projekt")))
    assert said["item"] == "there is no such service item; did you mean investment-project?"


@pytest.mark.parametrize(
    "change",
    [
        {"form": None},
        {"form": []},
        {"form": {"project_name": {"a": 1}}},
        {"applicant": None},
        {"applicant": "甲"},
        {"applicant": {"kind": "organisation", "name": 1, "number": []}},
        {"materials": {}},
        {"materials": [None]},
        {"materials": ["x"]},
        {"materials": [{}]},
        {"promises": [{"material": "land-certificate", "due_on": "soon"}]},
        {"promises": [{}]},
        {"item": None},
        {"item": 7},
        {"agent": []},
        {"agent": {}},
        {"region": 330100},
        {"channel": None},
    ],
)
def test_a_value_of_the_wrong_shape_is_named_and_breaks_nothing(intake, change):
    name = next(iter(change))
    assert any(field.startswith(name) for field in faults(hand_in(intake, application(**change))))


def test_a_body_that_is_too_large_or_malformed_is_refused(intake):
    handed = application(form={"project_name": "长" * 1_000_000})
    assert problem(hand_in(intake, handed), 413)
    headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
    answer = requests.post(
        f"{intake.url}/cases", data=b'{"item": NaN}', headers=headers, timeout=60
    )
    problem(answer, 400)


def test_a_missing_material_can_be_promised(intake):
    handed = complete(intake)
    del handed["materials"][1]
    assert "promise it for a date" in faults(hand_in(intake, handed))["materials"]
    handed["promises"] = [{"material": "land-certificate", "due_on": "2026-09-24"}]
    receipt = hand_in(intake, handed).json()
    assert receipt["deferrals"] == [
        {
            "material": "land-certificate",
            "title": {"zh": "土地证", "en": "土地证"},
            "due_on": "2026-09-24",
        }
    ]
    handed["promises"][0]["due_on"] = "2026-09-25"
    assert set(faults(hand_in(intake, handed))) == {"promises[0].due_on"}


def test_a_file_is_stored_once_under_its_digest(intake):
    content = PDF + b"x" * 300_000
    first = upload(intake, content).json()
    assert upload(intake, content).json() == first
    assert first["size"] == len(content)
    digest = first["digest"].removeprefix("sha256:")
    folder = intake.data / "materials"
    path = folder / "sha256" / digest[:2] / digest[2:4] / digest[4:]
    assert path.read_bytes() == content
    assert list((folder / "incoming").iterdir()) == []


def test_a_file_that_is_empty_too_large_or_not_what_it_says_is_not_kept(intake):
    before = sorted((intake.data / "materials").rglob("*"))
    assert set(faults(upload(intake, b""))) == {"body"}
    assert "begins otherwise" in faults(upload(intake, b"<html>", "application/pdf"))["body"]
    problem(upload(intake, PDF + b"x" * 100_000_000), 413)
    for media_type in ("nothing", "a/b c", "a/" + "b" * 100):
        problem(upload(intake, b"x", media_type), 415)
    assert sorted((intake.data / "materials").rglob("*")) == before


def test_an_upload_that_breaks_off_leaves_nothing(intake):
    before = sorted((intake.data / "materials").rglob("*"))
    address = urlsplit(intake.url)
    with socket.create_connection((address.hostname, address.port), timeout=60) as client:
        head = b"PUT /materials HTTP/1.1\r\nHost: x\r\nContent-Type: application/pdf\r\n"
        client.sendall(head + b"Content-Length: 500000\r\n\r\n" + PDF + b"x" * 100_000)
        client.shutdown(socket.SHUT_WR)
        assert client.recv(100).startswith(b"HTTP/1.1 400 ")
    assert sorted((intake.data / "materials").rglob("*")) == before


def test_secrets_and_keys_are_not_stored(intake):
    key = str(uuid.uuid4())
    secret = hand_in(intake, complete(intake), key).json()["receipt_secret"]
    for suffix in ("", "-wal"):
        content = (intake.data / f"intake.db{suffix}").read_bytes()
        assert secret.encode() not in content
        assert key.encode() not in content
    assert secret not in intake.logged()


def test_what_can_be_applied_for_is_listed_and_shown(intake):
    listed = requests.get(f"{intake.url}/items", timeout=60).json()["items"]
    assert [(it["item"], it["version"]) for it in listed] == [("investment-project", 1)]
    shown = requests.get(f"{intake.url}/items/investment-project", timeout=60).json()
    assert shown["form"][0]["name"] == "project_name"
    assert shown["materials"][2]["when"] == "form.pollution == 'heavy'"
    answer = requests.get(f"{intake.url}/items/investment-projects", timeout=60)
    assert "did you mean investment-project?" in problem(answer, 404)["detail"]


def test_handing_in_does_not_wait_for_the_broker_but_health_says_that_it_is_away(intake):
    answer = requests.get(f"{intake.url}/health", timeout=60)
    assert answer.status_code == 503
    assert answer.json()["parts"] == {"broker": False, "database": True}


def test_no_code_is_issued_twice_after_a_kill_or_by_several_processes(intake_of_its_own):
    intake = intake_of_its_own
    handed = complete(intake)

    def codes(count):
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: hand_in(intake, handed), range(count)))
        return [answer.json()["case"] for answer in answers]

    issued = codes(30)
    intake.kill()
    intake.start()
    issued += codes(30)
    assert len(set(issued)) == 60
    assert count_cases(intake) == 60


def test_a_refused_application_uses_up_no_code(intake_of_its_own):
    intake = intake_of_its_own
    handed = complete(intake)
    first = hand_in(intake, handed).json()["case"]
    for _ in range(5):
        faults(hand_in(intake, {**handed, "form": {}}))
    second = hand_in(intake, handed).json()["case"]
    assert int(second[12:19]) == int(first[12:19]) + 1
