"""Handing in over HTTP, for the tests."""

import uuid

import requests

from tests.unit.intake.samples import application, material

PDF = b"%PDF-1.7 "


def upload(intake, content, media_type="application/pdf"):
    return requests.put(
        f"{intake.url}/materials",
        data=content,
        headers={"Content-Type": media_type},
        timeout=30,
    )


def stored(intake, name):
    """A material that has just been uploaded, as an application names it."""
    answer = upload(intake, PDF + name.encode())
    assert answer.status_code == 200, answer.text
    return material(name, **answer.json())


def complete(intake, **changes):
    """An application with everything that it needs, uploaded."""
    materials = [stored(intake, "application-letter"), stored(intake, "land-certificate")]
    return application(**{"materials": materials, **changes})


def hand_in(intake, handed, key=None):
    return requests.post(
        f"{intake.url}/cases",
        json=handed,
        headers={"Idempotency-Key": key or str(uuid.uuid4())},
        timeout=30,
    )


def problem(answer, status):
    """The problem details of an answer; fails where they are none or tell too much."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    for inside in ("Traceback", "sqlalchemy", "/work", "services."):
        assert inside not in answer.text
    return answer.json()


def faults(answer):
    return {error["field"]: error["problem"] for error in problem(answer, 422)["errors"]}
