"""Conditions of service items: what they may say and speak of, and that absence is an error."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.conditions import BadCondition, ConditionFailed, condition

VALUES = {
    "form": {
        "area": 3000,
        "ratio": 2.5,
        "kind": "A",
        "nothing": None,
        "sites": [{"x": 1}, {"x": 5}],
    },
    "results": {"site_visit": {"hazard": True}},
}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("form.area > 1000", True),
        ("form.area > 1000.5", True),
        ("form.kind in ['A', 'B'] && form.ratio < 2.0", False),
        ("form['area'] > 1000", True),
        ("results.site_visit.hazard", True),
        ("form.sites.exists(site, site.x > 3)", True),
        ("form.sites[0].x == 1 && size(form.sites) == 2", True),
        ("form.kind.startsWith('A') // a remark about form.nosuch", True),
        ("has(form.absent) && form.absent > 3", False),
        ("has(form.nothing)", False),
        ("has(results.never_done.hazard) && results.never_done.hazard", False),
        ("form.kind == 'form.absent'", False),
    ],
)
def test_a_condition_is_true_or_false_of_values(source: str, expected: bool) -> None:
    assert condition(source).holds(VALUES) is expected


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("form.absent > 3", "form.absent is absent"),
        ("form.nothing > 3", "form.nothing is absent"),
        ("form.absent == 3 && false", "form.absent is absent"),
        ("true || form.absent == 3", "form.absent is absent"),
        ("results.never_done.hazard", "results.never_done.hazard is absent"),
        ("form.kind > 3", "No such overload"),
        ("form.sites[9].x == 1", "index out of bounds"),
        ("form.area / 0 == 1", "division by zero"),
        ("form.area + 1", "gives 3001 and not true or false"),
        ("form.sites.all(site, site.y > 1)", "y is absent"),
    ],
)
def test_what_gives_no_answer_is_an_error_and_never_silently_false(source: str, said: str) -> None:
    with pytest.raises(ConditionFailed) as caught:
        condition(source).holds(VALUES)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("  ", "is empty"),
        ("form.area >", "cannot be read at character 12"),
        ("form.area = 3", "cannot be read at character"),
        (
            "fom.area > 3",
            "speaks of `fom`, but only `form` and `results` are there; did you mean `form`",
        ),
        ("area > 3", "speaks of `area`"),
        ("'x' in form", "must say what of `form` it means"),
        ("form[form.kind] > 1", "must say what of `form` it means"),
        ("results.planning == 3", "must say what of `results.planning` it means"),
        (
            "form.kind.startWith('A')",
            "calls `startWith`, which is no function; did you mean `startsWith`",
        ),
        ("form.a > 1 && " * 50 + "true", "has 704 characters, and 500 are allowed"),
        ("(" * 13 + "true" + ")" * 13, "has brackets 13 deep"),
        ("form.a.all(x, form.a.all(y, form.a.all(z, x == y && y == z)))", "goes through 3 lists"),
    ],
)
def test_a_text_that_cannot_be_a_condition_is_refused_with_a_clause(source: str, said: str) -> None:
    with pytest.raises(BadCondition) as caught:
        condition(source)
    assert said in str(caught.value)


def test_a_condition_lists_the_names_that_it_uses_and_those_that_it_asks_for() -> None:
    found = condition(
        "has(form.b) && form['c d'].size() > 1 || form.l.exists(e, e.x == results.t.v)"
    )
    assert found.names == {("form", "b"), ("form", "c d"), ("form", "l"), ("results", "t", "v")}
    assert found.asked == {("form", "b")}


def test_values_are_left_as_they_were() -> None:
    values = {"form": {"a": {"b": 1}}, "results": {}}
    condition("has(form.a) && has(results.t.v)").holds(values)
    assert values == {"form": {"a": {"b": 1}}, "results": {}}


@given(st.text(max_size=60) | st.text(alphabet="form.results()[]'\"&|!<>= 01xhas,", max_size=60))
def test_no_text_does_more_than_to_be_refused(source: str) -> None:
    with contextlib.suppress(BadCondition, ConditionFailed):
        condition(source).holds(VALUES)
