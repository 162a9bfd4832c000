"""What is read from a request: who asks, what was typed, in which language, whether it is ours."""

import pytest
from marshmallow import Schema, fields, validate
from werkzeug.datastructures import MultiDict
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

from shared.accounts.pages import within
from shared.web.pages import csrf, forms
from shared.web.pages.cookies import Cookies, packed, unpacked
from shared.web.pages.language import language_of
from shared.web.pages.visit import address_of


class Row(Schema):
    subject = fields.String(required=True)
    problem = fields.String(required=True)


class Answer(Schema):
    opinion = fields.String(required=True, validate=validate.Length(max=5))
    days = fields.Integer(load_default=None)
    seen = fields.List(fields.String(), load_default=list)
    missing = fields.List(fields.Nested(Row), load_default=list)


def request(**options):
    return Request(EnvironBuilder(**options).get_environ())


def posted(*pairs):
    return forms.posted("answer", Answer(), MultiDict(pairs), "token")


def test_a_form_is_loaded_through_its_schema():
    form = posted(
        ("csrf", "x"),
        ("opinion", " 可以 "),
        ("days", "3"),
        ("seen", "a"),
        ("seen", "b"),
        ("missing[0].subject", "营业执照"),
        ("missing[0].problem", "过期\r\n模糊"),
        ("missing[2].subject", ""),
        ("missing[2].problem", " "),
        ("missing[3].subject", "图纸"),
        ("missing[3].problem", "缺"),
    )
    assert form.faults == ()
    assert form["opinion"] == "可以"
    assert (form["days"], form["seen"]) == (3, ["a", "b"])
    assert form["missing"] == [
        {"subject": "营业执照", "problem": "过期\n模糊"},
        {"subject": "图纸", "problem": "缺"},
    ]


def test_what_is_wrong_is_named_by_the_path_of_its_field_and_what_was_typed_is_kept():
    form = posted(("opinion", "太长太长太长"), ("days", "x"), ("missing[1].subject", "图纸"))
    assert {it.field for it in form.faults} == {"opinion", "days", "missing[0].problem"}
    assert form.typed_at("opinion") == "太长太长太长"
    assert form.typed_at("missing[0].subject") == "图纸"
    assert form.rows("missing", spare=2) == range(3)
    assert form.values == {}


def test_the_schema_says_what_is_required_and_how_long_it_may_be():
    form = forms.blank("answer", Answer(), "token", {"opinion": "好", "seen": ["b"]})
    assert form.required("opinion")
    assert not form.required("days")
    assert form.required("missing[0].subject")
    assert form.longest("opinion") == 5
    assert form.has("seen", "b")
    assert not form.has("seen", "a")
    assert form.id_of("missing[0].subject") == "answer-missing-0-subject"


@pytest.mark.parametrize("name", ["[", "a[", "a]b", "a..b", "[0]", ".", "a[99999].b", "a[0][0]"])
def test_a_strange_name_is_a_fault_and_no_failure(name):
    assert posted(("opinion", "好"), (name, "x")).faults


@pytest.mark.parametrize(
    ("asked", "chosen", "prefers", "language"),
    [
        ("", "", "", "zh"),
        ("", "", "en-GB,en;q=0.9", "en"),
        ("", "", "zh-TW,zh;q=0.9,en;q=0.5", "zh"),
        ("", "", "fr", "zh"),
        ("", "en", "zh-CN", "en"),
        ("zh", "en", "en", "zh"),
        ("xx", "", "en", "en"),
    ],
)
def test_the_language_is_asked_for_chosen_or_preferred(asked, chosen, prefers, language):
    wire = request(query_string={"lang": asked}, headers={"Accept-Language": prefers})
    assert language_of(wire, chosen) == language


def test_a_token_belongs_to_one_secret_and_to_our_own_pages():
    token = csrf.token_for("mine")
    assert csrf.is_genuine("mine", token, "same-origin")
    assert csrf.is_genuine("mine", token, "")
    for secret, site in (("theirs", ""), ("", ""), ("mine", "cross-site"), ("mine", "same-site")):
        assert not csrf.is_genuine(secret, token, site)
    assert not csrf.is_genuine("mine", "é\udcff", "")


@pytest.mark.parametrize(
    ("behind", "address"), [(0, "10.0.0.9"), (1, "3.3.3.3"), (2, "2.2.2.2"), (4, "10.0.0.9")]
)
def test_only_what_our_own_proxies_say_is_believed(behind, address):
    seen = {"X-Forwarded-For": "1.1.1.1, 2.2.2.2, 3.3.3.3"}
    wire = request(headers=seen, environ_base={"REMOTE_ADDR": "10.0.0.9"})
    assert address_of(wire, behind) == address


@pytest.mark.parametrize(
    ("secure", "start"),
    [
        (True, "__Host-onewindow-department-session=abc; Secure; HttpOnly; Path=/; SameSite=Lax"),
        (False, "onewindow-department-session=abc; HttpOnly; Path=/; SameSite=Lax"),
    ],
)
def test_a_cookie_is_out_of_reach_for_scripts_and_in_production_for_other_hosts(secure, start):
    response = Response()
    Cookies(service="department", secure=secure).set(response, "session", "abc")
    assert response.headers["Set-Cookie"] == start


@pytest.mark.parametrize(
    "text", ["", "!", "bm9uc2Vuc2U=", "W1sxXV0=", "bnVsbA==", "W1tbXSwgImIiLCB7fV1d"]
)
def test_a_flash_that_somebody_else_wrote_is_nothing(text):
    assert unpacked(text) == ()
    assert unpacked(packed(())) == ()


@pytest.mark.parametrize(
    ("path", "ours"),
    [
        ("/desk?x=1", True),
        ("", False),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("https://evil.example", False),
        ("/\nx", False),
    ],
)
def test_only_paths_of_our_own_are_followed(path, ours):
    assert within(path) == ours
