"""What an entrypoint declares is what it does: real requests to a real nameko container."""

import importlib
from contextlib import closing
from http.client import HTTPConnection

import pytest
import requests
from openapi_spec_validator import validate

from shared.web.nearness import PASSED_ON
from shared.web.openapi import document
from tests.unit.web.test_problem_details import problem


def get(sample, path, **options):
    return requests.get(sample.url + path, timeout=60, **options)


def test_query_parameters_are_loaded_and_unknown_or_repeated_ones_refused(sample):
    found = get(sample, "/animals?colour=red&size=1&size=2").json()
    assert found == {"colour": "red", "size": [1, 2]}
    told = problem(get(sample, "/animals?color=red"), 422)
    assert told["errors"] == [
        {"field": "color", "problem": "is not known here; did you mean colour?"}
    ]
    told = problem(get(sample, "/animals?colour=red&colour=blue"), 422)
    assert told["errors"][0]["field"] == "colour"
    assert "NUL" in problem(get(sample, "/animals?colour=%00"), 422)["errors"][0]["problem"]


def test_a_declared_header_is_loaded_and_named_when_it_is_missing(sample):
    answer = requests.post(f"{sample.url}/moods", headers={"idempotency-key": "a"}, timeout=60)
    assert answer.json() == {"key": "a"}
    told = problem(requests.post(f"{sample.url}/moods", timeout=60), 422)
    assert told["errors"] == [{"field": "Idempotency-Key", "problem": "is missing"}]


def test_a_reply_brings_its_own_headers(sample):
    assert get(sample, "/animals/cat").headers["ETag"] == '"1"'


def test_a_raw_upload_is_read_in_pieces(sample):
    def put(body, media_type="image/png"):
        return requests.put(
            f"{sample.url}/pictures", data=body, headers={"Content-Type": media_type}, timeout=60
        )

    assert put(b"x" * 3_000_000).json() == {"bytes": 3_000_000, "media_type": "image/png"}
    assert put(b"").json()["bytes"] == 0
    problem(put(b"x" * 3_000_001), 413)
    problem(put(b"x", "image/gif"), 415)


def test_a_token_is_asked_for_and_compared(sample):
    def mine(authorization):
        return get(sample, "/mine", headers={"Authorization": authorization})

    assert mine("Bearer secret").json() == {"who": "planning"}
    assert mine("bearer  secret ").json() == {"who": "planning"}
    for wrong in ("Bearer secre", "Basic secret", "Bearer ", "", "Bearer \xff"):
        answer = mine(wrong.encode("latin1"))
        problem(answer, 401)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_what_is_for_the_operator_is_not_answered_through_a_proxy(sample):
    assert get(sample, "/everything").json() == {"shown": True}
    for header in PASSED_ON:
        told = problem(get(sample, "/everything", headers={header: "127.0.0.1"}), 403)
        assert "ONEWINDOW_READERS" in told["detail"]


def test_every_answer_carries_security_headers(sample):
    for path in ("/animals", "/nothing", "/health", "/openapi.json"):
        headers = get(sample, path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["Cache-Control"] == "no-store"
        assert "Server" not in headers


def test_health_names_every_part_and_fails_when_one_does(sample):
    answer = get(sample, "/health")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "parts": {"database": True, "broker": True}}
    requests.post(f"{sample.url}/broker/off", timeout=60)
    answer = get(sample, "/health")
    assert answer.status_code == 503
    assert answer.json() == {"status": "failing", "parts": {"database": True, "broker": False}}
    requests.post(f"{sample.url}/broker/on", timeout=60)
    requests.post(f"{sample.url}/database/off", timeout=60)
    assert get(sample, "/health").json()["parts"] == {"database": False, "broker": True}


def test_a_method_may_add_its_own_faults_to_those_of_the_schema(sample):
    answer = requests.post(f"{sample.url}/forms", json={"owner": {"name": ""}}, timeout=60)
    fields = [error["field"] for error in problem(answer, 422)["errors"]]
    assert fields == ["name", "owner.name", "form"]


@pytest.mark.filterwarnings("ignore:\\s*Eventlet is deprecated")
def test_the_openapi_document_is_served_and_valid(sample):
    sample_class = importlib.import_module("tests.unit.web.sample").Sample
    served = get(sample, "/openapi.json").json()
    validate(served)
    assert served == document(sample_class)
    keep = served["paths"]["/animals"]["post"]
    assert keep["requestBody"]["required"]
    assert {"201", "400", "413", "415", "422", "500", "503"} <= set(keep["responses"])
    assert served["paths"]["/mine"]["get"]["security"] == [{"bearer": []}]
    assert served["paths"]["/animals/{key}"]["get"]["parameters"][0]["name"] == "key"


def test_each_request_is_one_log_line_with_constant_text(sample):
    get(sample, "/animals/seen-in-the-log?colour=private")
    line = next(line for line in sample.logged().splitlines() if "seen-in-the-log" in line)
    assert '"event": "request"' in line
    assert '"status": 422' in line or '"status": 200' in line
    assert "private" not in line


def test_a_connection_is_kept_and_used_again(sample):
    with closing(HTTPConnection("127.0.0.1", sample.port, timeout=60)) as connection:
        connection.connect()
        kept = connection.sock
        for _ in range(3):
            connection.request("GET", "/animals")
            assert connection.getresponse().read() == b"{}"
            assert connection.sock is kept
