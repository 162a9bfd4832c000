"""Reading the ordinary message quickly.

A reader is made from the fields of the marshmallow schema, which stays the only description: its
validators are called, its defaults are taken. A reader knows good input alone. Whatever looks
unusual raises Unusual; then the schema is asked, which accepts it or says what is wrong with it.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, cast

from marshmallow import ValidationError, fields

from shared.messages.registry import is_change
from shared.messages.schema import Frozen, OneOf, schema_of

Read = Callable[[Any], Any]

EXACT = 1e15
"""Below it a double is as exact as what it was written as; an integer beyond 64 bits is above."""
DEEP = 16


class Unusual(Exception):
    """The value is not read here; it may be good or bad."""


def load(cls: type, plain: Any) -> Any:
    """What `schema_of(cls).load(plain)` gives; raises ValidationError where that does."""
    try:
        if type(plain) is dict:
            return reader_of(cls)(plain)
    except (Unusual, ValidationError, ValueError):
        pass  # the schema knows better
    return schema_of(cls).load(plain)


@cache
def reader_of(cls: type) -> Read:
    """The reader of a message class or of a part of one. Made once for each class."""
    steps = [
        (name, _reader(field), field.load_default, field.required)
        for name, field in schema_of(cls).load_fields.items()
        if not (name == "kind" and is_change(cls))  # whoever chose this reader went by it
    ]

    make = _maker(cls)

    def read(plain: Any) -> Any:
        values = {}
        for name, read_value, default, required in steps:
            if name in plain:
                values[name] = read_value(plain[name])
            elif required:
                raise Unusual
            else:
                values[name] = default
        return make(values)

    return read


def _maker(cls: type) -> Callable[[dict[str, Any]], Any]:
    """From all fields to a value. The constructor of a frozen class sets each field by a call of
    its own, which takes longer than everything else about a small part of a message."""
    if hasattr(cls, "__post_init__") or hasattr(cls, "__slots__"):
        return lambda values: cls(**values)

    def make(values: dict[str, Any]) -> Any:
        made: Any = object.__new__(cls)
        made.__dict__.update(values)
        return made

    return make


def _reader(field: fields.Field[Any]) -> Read:
    if type(field) not in _KINDS:
        return field.deserialize
    kind, make = _KINDS[type(field)]
    convert, checks, may_be_none = make and make(field), field.validators, field.allow_none

    def read(value: Any) -> Any:
        if type(value) is not kind:
            if value is None and may_be_none:
                return None
            raise Unusual
        found = convert(value) if convert else value
        for check in checks:
            check(found)
        return found

    return read


def _free(_field: fields.Field[Any]) -> Read:
    """Values of the sender's own choice: a number that may have lost digits on its way through a
    double, and what is nested deep, are left to who looks more closely."""

    def read(value: dict[str, Any]) -> dict[str, Any]:
        for part in value.values():
            _check_plain(part, 1)
        return value

    return read


def _check_plain(value: Any, depth: int) -> None:
    kind = type(value)
    if kind is float and not -EXACT < value < EXACT:
        raise Unusual
    if kind is dict or kind is list:
        if depth > DEEP:
            raise Unusual
        for part in value.values() if kind is dict else value:
            _check_plain(part, depth + 1)


def _moment(_field: fields.Field[Any]) -> Read:
    def read(value: Any) -> Any:
        moment = datetime.fromisoformat(value)
        if moment.utcoffset() is None:
            raise Unusual
        return moment

    return read


def _tuple(field: fields.Field[Any]) -> Read:
    read = _reader(cast(Frozen, field).inner)
    return lambda value: tuple([read(element) for element in value])


def _nested(field: fields.Field[Any]) -> Read:
    cls = cast(Any, field).schema.Meta.makes

    def read(value: Any) -> Any:
        return reader_of(cls)(value)  # looked up late: a class may contain itself

    return read


def _one_of(field: fields.Field[Any]) -> Read:
    classes = cast(OneOf, field).classes

    def read(value: Any) -> Any:
        cls = classes.get(str(value.get("kind")))
        if cls is None:
            raise Unusual
        return reader_of(cls)(value)

    return read


_KINDS: dict[type, tuple[type, Callable[[fields.Field[Any]], Read] | None]] = {
    fields.String: (str, None),
    fields.Integer: (int, None),
    fields.Boolean: (bool, None),
    fields.Dict: (dict, _free),
    fields.AwareDateTime: (str, _moment),
    fields.Nested: (dict, _nested),
    Frozen: (list, _tuple),
    OneOf: (dict, _one_of),
}
"""How JSON carries a field, and what is made of it. Fields of other types read for themselves."""
