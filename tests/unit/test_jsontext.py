"""JSON is written as the standard library writes it, but for floats that have an exponent."""

import json
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.jsontext import text_of

LEAVES = st.none() | st.booleans() | st.integers() | st.text()
VALUES = st.recursive(LEAVES, lambda it: st.lists(it) | st.dictionaries(st.text(), it))
EAST = timezone(timedelta(hours=8))


@given(VALUES, st.booleans())
def test_any_value_is_written_as_the_standard_library_writes_it(value: object, sort: bool) -> None:
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=sort)
    assert text_of(value, sort=sort) == written


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_float_comes_back_as_it_was(value: float) -> None:
    assert json.loads(text_of(value)) == value


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 9, 18, 9, 30, tzinfo=UTC),
        datetime(2026, 9, 18, 9, 30, 0, 7, tzinfo=EAST),
        date(2026, 9, 18),
    ],
)
@pytest.mark.parametrize("beside", [1, 1 << 80, "\ud800"])
def test_moments_are_iso_8601_also_beside_what_has_to_be_written_slowly(
    moment: date, beside: object
) -> None:
    assert json.loads(text_of([moment, beside])) == [moment.isoformat(), beside]


def test_what_is_no_json_is_refused_by_its_kind() -> None:
    with pytest.raises(TypeError, match="set"):
        text_of({"of": {1, 2}})
    assert text_of({"of": {1, 2}}, plain=sorted) == '{"of":[1,2]}'
