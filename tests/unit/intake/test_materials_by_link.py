"""A material is read over its link, and over nothing else."""

from datetime import timedelta

import pytest
import requests

from shared.links import KEY_FILE, new_key, signed
from tests.unit.intake.client import PDF, problem, upload
from tests.unit.intake.conftest import serving
from tests.unit.intake.samples import NOW

KEY = new_key()
TYPE = "application/pdf"
CONTENT = PDF + b"a site plan " * 20_000
UNTIL = NOW + timedelta(days=90)


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    data = tmp_path_factory.mktemp("links")
    (data / "materials").mkdir()
    (data / "materials" / KEY_FILE).write_text(KEY)
    started = serving(data)
    yield started
    started.end()


def link(office, digest, until=UNTIL, key=KEY):
    return signed(office.url, bytes.fromhex(key), digest, TYPE, until)


def test_the_file_comes_as_it_was_handed_in_to_be_saved_and_not_run(office):
    digest = upload(office, CONTENT).json()["digest"]
    answer = requests.get(link(office, digest), timeout=60)
    assert (answer.status_code, answer.content) == (200, CONTENT)
    expected = {
        "Content-Type": TYPE,
        "Content-Length": str(len(CONTENT)),
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": "attachment",
        "ETag": f'"{digest}"',
        "Cache-Control": "private",
    }
    assert {name: answer.headers.get(name) for name in expected} == expected
    assert "signature" not in office.logged()


def test_a_link_that_expired_or_is_not_ours_opens_nothing(office):
    digest = upload(office, CONTENT).json()["digest"]
    expired = requests.get(link(office, digest, NOW - timedelta(seconds=1)), timeout=60)
    assert "the link expired at" in problem(expired, 403)["detail"]
    forged = requests.get(link(office, digest, key="0" * 64), timeout=60)
    assert "not signed by this office" in problem(forged, 403)["detail"]
    changed = link(office, digest).replace("%2Fpdf", "%2Fhtml")
    problem(requests.get(changed, timeout=60), 403)
    problem(requests.get(f"{office.url}/materials/{digest}", timeout=60), 422)


def test_a_good_link_to_a_file_that_is_gone_says_so(office):
    gone = "sha256:" + "e" * 64
    assert gone in problem(requests.get(link(office, gone), timeout=60), 404)["detail"]


def test_an_office_without_a_key_takes_no_link(intake):
    digest = upload(intake, CONTENT).json()["digest"]
    problem(requests.get(link(intake, digest), timeout=60), 403)
