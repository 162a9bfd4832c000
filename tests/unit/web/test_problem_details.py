"""What a client is told when something is wrong: real requests to a real nameko container."""

import socket

import pytest
import requests
from marshmallow import Schema, ValidationError, fields

from shared.errors import Fault
from shared.web.faults import MOMENT, faults_of

JSON = {"Content-Type": "application/json"}


def problem(answer, status):
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status
    assert told["type"].startswith("/problems/")
    assert told["title"]
    assert told["detail"]
    assert told["instance"].startswith("urn:uuid:")
    assert "Traceback" not in answer.text
    return told


def post(sample, body, **headers):
    return requests.post(f"{sample.url}/animals", data=body, headers=JSON | headers, timeout=60)


def test_a_good_body_is_loaded_and_the_answer_shows_only_what_is_declared(sample):
    answer = post(sample, '{"name": "猫"}')
    assert answer.status_code == 201
    assert answer.json() == {"name": "猫"}
    assert answer.headers["Content-Type"] == "application/json"


def test_every_wrong_field_is_named_at_once_by_its_path(sample):
    body = '{"owner": {"age": "x"}, "siblings": [{"name": "A"}, {"name": "", "nmae": "B"}]}'
    told = problem(post(sample, body), 422)
    errors = {error["field"]: error["problem"] for error in told["errors"]}
    assert errors["name"] == "is missing"
    assert errors["owner.name"] == "is missing"
    assert errors["owner.age"] == "is not a whole number"
    assert errors["siblings[1].nmae"] == "is not known here; did you mean name?"
    assert "siblings[1].name" in errors
    assert len(errors) == 5


@pytest.mark.parametrize("moment", ["soon", "2026-09-30T09:00:00", "2026-09-30T09:00:00 08:00"])
def test_a_moment_that_is_none_or_has_no_zone_is_told_with_an_example(moment):
    asked = Schema.from_dict({"since": fields.AwareDateTime()})()
    with pytest.raises(ValidationError) as refused:
        asked.load({"since": moment})
    assert list(faults_of(refused.value.messages, asked)) == [Fault("since", MOMENT)]
    assert asked.load({"since": MOMENT.split()[-1]})


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"name": ', "not JSON"),
        (b"", "not JSON"),
        (b'{"name": NaN}', "NaN"),
        (b'{"anything": [-Infinity]}', "-Infinity"),
        (b'{"anything": 1e999}', "1e999"),
        (b'{"anything": 123456789012345678901234567890}', "send it as a text"),
        (b'{"name": "a", "name": "b"}', "'name' stands twice"),
        (b'{"name": "\xff"}', "UTF-8"),
        (b'{"name": "\\ud800"}', "surrogate"),
        (b'{"\\u0000": 1}', "NUL"),
        (b'{"name": "a", "anything": ' + b"[" * 40 + b"]" * 40 + b"}", "nested deeper"),
        (b"[" * 50_000, "nested deeper"),
        (b'{"a":' * 12_000, "nested deeper"),
        (b'\xef\xbb\xbf{"name": "a"}', "BOM"),
    ],
)
def test_what_is_not_json_among_strangers_is_malformed(sample, body, said):
    assert said in problem(post(sample, body), 400)["detail"]


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"null", b"7"])
def test_a_body_that_is_no_object_is_told_so(sample, body):
    assert problem(post(sample, body), 422)["errors"] == [
        {"field": "body", "problem": "is not an object"}
    ]


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/json; charset=gbk"},
        {"Content-Encoding": "gzip"},
    ],
)
def test_another_media_type_is_refused_with_the_one_that_is_taken(sample, headers):
    told = problem(post(sample, "{}", **headers), 415)
    assert "application/json" in told["detail"]


def test_a_body_without_a_stated_length_is_refused(sample):
    problem(post(sample, iter([b'{"name": ', b'"a"}'])), 411)


def test_an_oversized_body_is_refused_and_the_client_reads_why(sample):
    told = problem(post(sample, b'{"name": "' + b"a" * 5_000_000 + b'"}'), 413)
    assert "at most 100000" in told["detail"]


def test_an_oversized_body_is_refused_before_it_is_sent(sample):
    with socket.create_connection(("127.0.0.1", sample.port), timeout=60) as client:
        head = b"POST /animals HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        client.sendall(head + b"Content-Length: 99999999999\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 413 ")


def test_a_body_that_stops_early_is_malformed(sample):
    with socket.create_connection(("127.0.0.1", sample.port), timeout=60) as client:
        head = b"POST /animals HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        client.sendall(head + b'Content-Length: 50\r\n\r\n{"name"')
        client.shutdown(socket.SHUT_WR)
        assert client.recv(100).startswith(b"HTTP/1.1 400 ")


def test_a_request_that_is_not_http_gets_a_problem_and_no_page(sample):
    with socket.create_connection(("127.0.0.1", sample.port), timeout=60) as client:
        client.sendall(b"GET / HTTP/x.1\r\n\r\n")
        answer = client.makefile("rb").read()
    assert b"application/problem+json" in answer
    assert b"<" not in answer


@pytest.mark.parametrize("path", ["/nothing", "/animals/", "/animals/%ff/x", "/animals/%00"])
def test_an_unknown_path_is_a_problem_and_no_page(sample, path):
    problem(requests.get(sample.url + path, timeout=60), 404)


def test_a_wrong_method_is_told_which_ones_there_are(sample):
    answer = requests.delete(f"{sample.url}/animals", timeout=60)
    assert "only GET, HEAD, POST" in problem(answer, 405)["detail"]
    assert answer.headers["Allow"] == "GET, HEAD, POST"


def test_our_own_errors_become_the_problems_they_are_declared_as(sample):
    def show(key, status):
        return problem(requests.get(f"{sample.url}/animals/{key}", timeout=60), status)

    assert show("unknown", 404)["detail"] == "there is no animal of this name"
    assert show("taken", 409)["detail"] == "this name is taken"
    assert [error["field"] for error in show("wrong", 422)["errors"]] == ["key", "colour"]
    away = requests.get(f"{sample.url}/animals/away", timeout=60)
    problem(away, 503)
    assert int(away.headers["Retry-After"]) > 0


def test_an_unexpected_error_says_nothing_of_itself_but_is_logged_under_the_id_told(sample):
    told = problem(requests.get(f"{sample.url}/animals/broken", timeout=60), 500)
    assert "4711" not in str(told)
    assert told["instance"] in sample.logged()
    assert "the cage number is 4711" in sample.logged()


def test_each_type_of_problem_leads_to_its_page(sample):
    told = problem(requests.get(f"{sample.url}/nothing", timeout=60), 404)
    page = requests.get(sample.url + told["type"], timeout=60).json()
    assert page["title"] == told["title"]
    problem(requests.get(f"{sample.url}/problems/nothing", timeout=60), 404)
