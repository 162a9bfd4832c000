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

    def read(plain: Any) -> Any:
        values = {}
        for name, read_value, default, required in steps:
            if name in plain:
                values[name] = read_value(plain[name])
            elif required:
                raise Unusual
            else:
                values[name] = default
        return cls(**values)

    return read


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
    fields.Dict: (dict, None),
    fields.AwareDateTime: (str, _moment),
    fields.Nested: (dict, _nested),
    Frozen: (list, _tuple),
    OneOf: (dict, _one_of),
}
"""How JSON carries a field, and what is made of it. Fields of other types read for themselves."""
