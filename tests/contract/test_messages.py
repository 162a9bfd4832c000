"""The wire form of every message: fixed by golden files, and the same way back for any message."""

import dataclasses
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from shared.jsontext import text_of
from shared.messages.codec import Unreadable, decode, encode, to_plain
from shared.messages.progress import Change
from shared.messages.reader import load
from shared.messages.registry import all_types, kind_of, name_of, type_of
from shared.messages.schema import schema_of
from tests.contract.arbitrary import JSON, instances
from tests.contract.examples import MESSAGES
from tests.contract.examples_of_changes import CHANGES

GOLDEN = Path(__file__).parent / "golden"
WRONG = {str: 5, int: "5", float: "5", bool: "yes", list: {}, dict: [], type(None): 5}
"""For each type of a JSON value one that it is not."""

FREE = {"form", "results"}
"""What an item asks for is not the message's own: every field of it is known."""

messages = pytest.mark.parametrize("message", MESSAGES, ids=lambda it: name_of(type(it)))
changes = pytest.mark.parametrize("change", CHANGES, ids=lambda it: kind_of(type(it)))
any_message = st.sampled_from(all_types()).flatmap(lambda entry: instances(entry.cls))


def golden(message):
    entry = type_of(type(message))
    return (GOLDEN / f"{entry.name}.v{entry.version}.json").read_text("utf-8")


def golden_change(change):
    return (GOLDEN / "changes" / f"{kind_of(type(change))}.v1.json").read_text("utf-8")


def reread(message, plain):
    entry = type_of(type(message))
    return decode(entry.name, entry.version, json.dumps(plain).encode())


def required(cls):
    return [it.name for it in dataclasses.fields(cls) if it.default is dataclasses.MISSING]


def test_every_message_type_and_every_change_has_one_golden_file():
    named = {f"{entry.name}.v{entry.version}.json" for entry in all_types()}
    assert {path.name for path in GOLDEN.glob("*.json")} == named
    kinds = {f"{kind_of(cls)}.v1.json" for cls in Change.__args__}
    assert {path.name for path in (GOLDEN / "changes").glob("*.json")} == kinds
    assert {type(it) for it in MESSAGES} == {entry.cls for entry in all_types()}
    assert {type(it) for it in CHANGES} == set(Change.__args__)


@messages
def test_a_message_is_written_as_its_golden_file_says(message):
    assert encode(message).decode() == text_of(json.loads(golden(message)))


@messages
def test_a_golden_file_is_read_as_the_message(message):
    assert reread(message, json.loads(golden(message))) == message


@changes
def test_a_change_is_written_and_read_as_its_golden_file_says(change):
    plain = json.loads(golden_change(change))
    assert text_of(to_plain(change)) == text_of(plain)
    assert schema_of(type(change)).load(plain) == change


@messages
def test_fields_that_nobody_knows_are_ignored_at_every_depth(message):
    def richer(value):
        if isinstance(value, list):
            return [richer(element) for element in value]
        if not isinstance(value, dict):
            return value
        known = {name: it if name in FREE else richer(it) for name, it in value.items()}
        return {**known, "added_later": {"x": [1]}}

    assert reread(message, richer(json.loads(golden(message)))) == message


@pytest.mark.parametrize(
    ("message", "name"),
    [(it, name) for it in MESSAGES for name in required(type(it))],
    ids=lambda it: it if isinstance(it, str) else name_of(type(it)),
)
def test_a_missing_field_is_refused_by_its_name(message, name):
    plain = json.loads(golden(message))
    del plain[name]
    with pytest.raises(Unreadable, match=rf"{name}: Missing data for required field"):
        reread(message, plain)


@pytest.mark.parametrize(
    ("message", "name"),
    [(it, field.name) for it in MESSAGES for field in dataclasses.fields(it)],
    ids=lambda it: it if isinstance(it, str) else name_of(type(it)),
)
def test_a_value_of_the_wrong_type_is_refused_by_its_field(message, name):
    plain = json.loads(golden(message))
    plain[name] = WRONG[type(plain[name])]
    with pytest.raises(Unreadable, match=rf"\b{name}\b"):
        reread(message, plain)


@changes
def test_a_change_without_one_of_its_fields_is_refused_by_its_name(change):
    for name in required(type(change)):
        plain = to_plain(change)
        del plain[name]
        with pytest.raises(ValidationError) as caught:
            schema_of(type(change)).load(plain)
        assert list(caught.value.messages) == [name]


def test_what_is_wrong_deep_inside_is_named_with_its_place():
    step = next(it for it in MESSAGES if name_of(type(it)) == "case.progressed")
    plain = json.loads(golden(step))
    plain["changes"][0]["documents"][0]["size"] = "large"
    with pytest.raises(
        Unreadable, match=r"changes\[0\]\.documents\[0\]\.size: Not a valid integer"
    ):
        reread(step, plain)
    plain["changes"][0]["kind"] = "task.forgotten"
    with pytest.raises(Unreadable, match=r"changes\[0\]\.kind: is not one of case.opened"):
        reread(step, plain)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("at", "2026-09-18T10:30:00"),
        ("at", "2026-13-18T10:30:00+08:00"),
        ("department", "Planning"),
        ("assignment", "a" * 301),
        ("case", "short"),
    ],
)
def test_a_value_that_breaks_a_rule_is_refused_by_its_field(field, value):
    plain = json.loads((GOLDEN / "task.accepted.v1.json").read_text("utf-8"))
    with pytest.raises(Unreadable, match=f"task.accepted: {field}: "):
        decode("task.accepted", 1, json.dumps({**plain, field: value}).encode())


@pytest.mark.parametrize("version", [-1, 0, 2, 99])
def test_a_version_that_is_not_read_is_refused(version):
    body = encode(MESSAGES[0])
    with pytest.raises(Unreadable, match=f"alert.raised version {version} is not read, only 1"):
        decode("alert.raised", version, body)


def test_a_type_that_nobody_knows_is_refused():
    with pytest.raises(Unreadable, match=r"there is no message type 'case\.lost'"):
        decode("case.lost", 1, b"{}")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "is not JSON"),
        (b"{", "is not JSON"),
        (b"\xff{}", "is not JSON"),
        (b"null", "Invalid input type"),
        (b"[1]", "Invalid input type"),
        (b'{"form":{"a":NaN}}', "NaN is not a number"),
        (b'{"form":{"a":-1e999}}', "beyond what a double can hold"),
        (b'{"form":{"a":"\\ud800"}}', "half of a surrogate pair"),
        (b'{"form":{"a\\u0000":1}}', "NUL"),
        (b'{"form":' + b"[" * 100_000, "nested deeper than 64"),
        (b'{"form":' + b"[" * 65 + b"]" * 65 + b"}", "nested deeper than 64"),
    ],
)
def test_a_body_that_cannot_be_kept_is_refused_with_the_reason(body, reason):
    with pytest.raises(Unreadable, match=reason):
        decode("case.accepted", 1, body)


def test_a_body_may_be_as_deep_as_the_limit_and_hold_escaped_letters():
    plain = json.loads((GOLDEN / "case.supplemented.v1.json").read_text("utf-8"))
    plain["form"] = {"deep": json.loads("[" * 62 + "]" * 62), "name": "湖畔"}
    body = json.dumps(plain).encode()
    assert b"\\u" in body
    assert decode("case.supplemented", 1, body).form == plain["form"]


@pytest.mark.parametrize("number", [2**63, -(2**70), 10**400, 1e300, 2.5, 12345678901234567, True])
def test_a_number_of_a_form_is_read_to_its_last_digit(number):
    plain = json.loads((GOLDEN / "case.supplemented.v1.json").read_text("utf-8"))
    plain["form"] = {"amount": number, "nested": [{"amount": number}]}
    read = decode("case.supplemented", 1, json.dumps(plain).encode()).form
    assert read == plain["form"]
    assert type(read["nested"][0]["amount"]) is type(number)


@given(any_message)
def test_any_message_comes_back_as_it_was_sent(message):
    body = encode(message)
    entry = type_of(type(message))
    again = decode(entry.name, entry.version, body)
    assert again == message
    assert encode(again) == body


@settings(max_examples=300)
@given(any_message, st.data())
def test_the_quick_reader_and_the_schema_agree_on_good_and_bad_input(message, data):
    cls, plain = type(message), json.loads(encode(message))
    for _ in range(data.draw(st.integers(0, 2))):
        disturb(plain, data)
    assert outcome(lambda: load(cls, plain)) == outcome(lambda: schema_of(cls).load(plain))


ODD = st.sampled_from(
    [None, True, False, 0, -1, 1.0, "", "5", [], {}, "2026-09-18", "2026-09-18T09:00:00+08:00"]
)


def disturb(value, data):
    """Drop, replace or add something, anywhere."""
    names = list(value) if isinstance(value, dict) else list(range(len(value)))
    inner = [name for name in names if isinstance(value[name], dict | list) and value[name]]
    if inner and data.draw(st.booleans()):
        disturb(value[data.draw(st.sampled_from(inner))], data)
    elif names and data.draw(st.booleans()):
        del value[data.draw(st.sampled_from(names))]
    elif isinstance(value, dict):
        value[data.draw(st.sampled_from([*names, "added_later"]))] = data.draw(ODD | JSON)
    else:
        value.append(data.draw(ODD | JSON))


def outcome(read):
    try:
        return repr(read())
    except ValidationError as error:
        return error.messages
