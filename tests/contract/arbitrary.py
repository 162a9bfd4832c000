"""Any instance of a message class that its type hints allow, for property tests."""

import dataclasses
import types
from datetime import date, datetime, timedelta, timezone
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st
from marshmallow.validate import Length, Range, Regexp

TEXT = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | NUMBERS | st.text(TEXT, max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(TEXT, max_size=9), inner, max_size=3)
    ),
    max_leaves=6,
)
SCALARS: dict[Any, Any] = {
    str: st.text(TEXT, max_size=20),
    int: st.integers(-(2**53), 2**53),
    float: NUMBERS,
    bool: st.booleans(),
    datetime: st.datetimes(timezones=OFFSETS),
    date: st.dates(),
}


def instances(cls: type, depth: int = 0) -> st.SearchStrategy[Any]:
    """Instances of a dataclass; `depth` says how often a class already contains itself."""
    hints = get_type_hints(cls, include_extras=True)
    given = {field.name: _of(hints[field.name], depth) for field in dataclasses.fields(cls)}
    return st.builds(cls, **given)


def _of(hint: Any, depth: int) -> st.SearchStrategy[Any]:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _ruled(arguments[0], arguments[1:], depth)
    if origin in (Union, types.UnionType):
        return st.one_of([_of(argument, depth) for argument in arguments])
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is tuple:
        return _tuples(arguments[0], depth)
    if origin is dict:
        return st.dictionaries(st.text(TEXT, max_size=9), JSON, max_size=3)
    if dataclasses.is_dataclass(hint):
        return instances(hint, depth + 1)
    return st.none() if hint is type(None) else SCALARS[hint]


def _tuples(element: Any, depth: int, least: int = 0) -> st.SearchStrategy[Any]:
    if depth > 1 and not least:
        return st.just(())
    return st.lists(_of(element, depth), min_size=least, max_size=least + 2).map(tuple)


def _ruled(hint: Any, rules: tuple[Any, ...], depth: int) -> st.SearchStrategy[Any]:
    """Values that keep the first rule by construction."""
    rule = rules[0]
    if isinstance(rule, Regexp):
        return st.from_regex(rule.regex, fullmatch=True)
    if isinstance(rule, Range):
        return st.integers(rule.min, rule.max)
    assert isinstance(rule, Length), f"no strategy knows {rule!r}"
    if get_origin(hint) is tuple:
        return _tuples(get_args(hint)[0], depth, rule.min or 0)
    return st.text(TEXT, min_size=rule.min or 0, max_size=min(rule.max, (rule.min or 0) + 20))
