"""Declared field mappings: what they make of a document, and which are refused when read."""

import pytest

from services.department.systems.declared import mapping_from
from services.department.systems.paths import flat
from shared.errors import Invalid

OURS = {
    "assignment": "a-1",
    "kind": "assigned",
    "form": {"area": "12.5", "name": "某某公司", "open": "是", "from": "2026/09/30"},
    "materials": [{"name": "charter", "digest": "sha256:00"}, {"name": "plan", "digest": "x"}],
    "applicant": None,
}


def made(rules, document=OURS):
    return mapping_from(rules, "fields").applied(document)


def refused(rules, **options):
    with pytest.raises(Invalid) as raised:
        mapping_from(rules, "fields", **options)
    return {fault.field: fault.problem for fault in raised.value.faults}


def faults(rules, document):
    with pytest.raises(Invalid) as raised:
        made(rules, document)
    return {fault.field: fault.problem for fault in raised.value.faults}


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("assignment", "a-1"),
        ({"from": "form.name"}, "某某公司"),
        ({"from": "materials.1.name"}, "plan"),
        ({"from": "form.area", "as": "number"}, 12.5),
        ({"from": "form.open", "as": "boolean"}, True),
        ({"from": "form.from", "as": "date"}, "2026-09-30"),
        ({"from": "kind", "table": {"assigned": "NEW"}}, "NEW"),
        ({"from": "applicant.name", "default": "-"}, "-"),
        ({"from": "kind", "table": {"x": 1}, "default": 2}, 2),
        ({"constant": "OneWindow"}, "OneWindow"),
        (
            {"each": "materials", "fields": {"title": "name", "sum": "digest"}},
            [{"title": "charter", "sum": "sha256:00"}, {"title": "plan", "sum": "x"}],
        ),
    ],
)
def test_a_rule_fills_its_place(rule, value):
    assert made({"data.place": rule}) == {"data": {"place": value}}


def test_what_is_absent_and_has_no_default_is_left_out():
    assert made({"who": "applicant.name", "id": "assignment"}) == {"id": "a-1"}


def test_a_column_may_be_called_like_a_place():
    assert made({"area": "form.area"}, {"form.area": "3"}) == {"area": "3"}


@pytest.mark.parametrize(
    ("rule", "document", "problem"),
    [
        ({"from": "s", "table": {"1": "a", "2": "b"}}, {"s": 9}, "must be one of 1, 2, and is 9"),
        ({"from": "s", "table": {"1": "a"}}, {"s": [1]}, "is not a text"),
        ({"from": "s", "as": "integer"}, {"s": "1.5"}, "is not a whole number"),
        ({"from": "s", "as": "integer"}, {"s": 1.5}, "is not a whole number"),
        ({"from": "s", "as": "number"}, {"s": "nan"}, "is not a number"),
        ({"from": "s", "as": "number"}, {"s": "inf"}, "is not a number"),
        ({"from": "s", "as": "boolean"}, {"s": "maybe"}, "is not true or false"),
        ({"from": "s", "as": "date"}, {"s": "soon"}, "is not a date such as 2026-09-30"),
        ({"each": "s", "fields": {"a": "b"}}, {"s": "x"}, "is not a list"),
    ],
)
def test_a_value_that_does_not_fit_is_named_by_its_own_place(rule, document, problem):
    assert faults({"x": rule}, document) == {"s": problem}


def test_every_fault_of_a_document_is_told():
    rules = {"a": {"from": "x", "as": "number"}, "b": {"from": "y", "table": {"1": "z"}}}
    assert set(faults(rules, {"x": "?", "y": "?"})) == {"x", "y"}


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ({"x": {}}, "fields.x"),
        ({"x": {"from": "a", "constant": 1}}, "fields.x"),
        ({"x": {"constant": 1, "as": "text"}}, "fields.x.as"),
        ({"x": {"each": "a"}}, "fields.x.fields"),
        ({"x": {"from": "a", "as": "text", "table": {"1": 2}}}, "fields.x.as"),
        ({"x": {"from": "a..b"}}, "fields.x.from"),
        ({"x y": "a"}, "fields.x y"),
        ({"x": "a", "x.y": "b"}, "fields.x.y"),
        ({"x": {"each": "a", "fields": {"y": {}}}}, "fields.x.fields.y"),
    ],
)
def test_a_rule_that_could_never_work_is_refused_by_its_name(rules, field):
    assert list(refused(rules)) == [field]


def test_a_name_that_we_do_not_have_is_refused_with_the_one_that_was_meant():
    told = refused({"x": "asignment"}, sources={"assignment", "kind"})
    assert told == {"fields.x.from": "'asignment' is not known here; did you mean assignment?"}
    told = refused({"outcom": "x"}, places={"outcome", "act"})
    assert "did you mean outcome?" in told["fields.outcom"]
    assert mapping_from({"results.area": "x"}, "f", places={"results"})


def test_a_fault_of_ours_is_told_in_their_words():
    mapping = mapping_from({"outcome": "status", "results": "data", "act": {"constant": "x"}}, "f")
    assert mapping.source_of("outcome") == "status"
    assert mapping.source_of("results.area") == "data (results.area)"
    assert mapping.source_of("act") == "act"


def test_a_document_is_one_flat_row():
    assert flat({"a": 1, "form": {"x": {"y": 2}}, "l": [1]}) == {"a": 1, "form.x.y": 2, "l": [1]}
