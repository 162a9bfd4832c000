"""Reading the ordinary message quickly.

A reader is written from the fields of the marshmallow schema, which stays the only description: a
function for each class, whose lines are what its fields ask for. Going through the fields at each
reading takes twice as long.

A reader knows good input alone. Whatever looks unusual raises Unusual; then the schema is asked,
which accepts it or says what is wrong with it.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from typing import Any, cast

from marshmallow import ValidationError, fields, validate

from shared.messages.registry import is_change
from shared.messages.schema import Frozen, OneOf, schema_of

Read = Callable[[Any], Any]
Field = fields.Field[Any]

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
    return _Writer(cls).reader()


class _Writer:
    """Writes the reader of a class; `names` is what its lines speak of beside their own values."""

    def __init__(self, cls: type) -> None:
        self.cls = cls
        self.names: dict[str, Any] = {
            "Unusual": Unusual,
            "absent": object(),
            "cls": cls,
            "new": object.__new__,
            "moment": datetime.fromisoformat,
            "reader_of": reader_of,
            "check_free": _check_free,
        }

    def reader(self) -> Read:
        taken = {
            name: field
            for name, field in schema_of(self.cls).load_fields.items()
            if not (name == "kind" and is_change(self.cls))  # whoever chose this reader went by it
        }
        lines = ["def read(plain):", " get = plain.get"]
        for name, field in taken.items():
            lines += self._field(name, field)
        values = ", ".join(f"{name}=v_{name}" for name in taken)
        if hasattr(self.cls, "__post_init__") or hasattr(self.cls, "__slots__"):
            lines += [f" return cls({values})"]
        else:  # as in shared/values.py
            lines += [" made = new(cls)", f" made.__dict__.update({values})", " return made"]
        exec("\n".join(lines), self.names)  # noqa: S102 - written here, of names in our own classes
        return cast(Read, self.names["read"])

    def _field(self, name: str, field: Field) -> Iterator[str]:
        value = f"v_{name}"
        yield f" {value} = get({name!r}, absent)"
        if field.required:
            yield f" if {value} is absent: raise Unusual"
            yield from self._value(value, field, " ")
        else:
            yield f" if {value} is absent: {value} = {self._name(field.load_default)}"
            yield " else:"
            yield from self._value(value, field, "  ")

    def _value(self, value: str, field: Field, indent: str) -> Iterator[str]:
        """Lines that check a value and replace it by what it means."""
        kind, meaning = _KINDS.get(type(field), (None, None))
        if kind is None:
            yield f"{indent}{value} = {self._name(field.deserialize)}({value})"
            return
        if field.allow_none:
            yield f"{indent}if {value} is not None:"
            indent += " "
        yield f"{indent}if type({value}) is not {kind}: raise Unusual"
        if meaning is not None:
            yield from (f"{indent}{line}" for line in meaning(self, value, field))
        for check in field.validators:
            yield f"{indent}{self._check(value, check)}"

    def _check(self, value: str, check: Any) -> str:
        if type(check) is validate.Length and check.equal is None:
            least, most = check.min or 0, check.max
            fits = (
                f"len({value}) >= {least}" if most is None else f"{least} <= len({value}) <= {most}"
            )
            return f"if not {fits}: raise Unusual"
        if type(check) is validate.Regexp:
            return f"if {self._name(check.regex.match)}({value}) is None: raise Unusual"
        if type(check) is validate.OneOf:
            return f"if {value} not in {self._name(check.choices)}: raise Unusual"
        return f"{self._name(check)}({value})"

    def _name(self, thing: Any) -> str:
        name = f"it_{len(self.names)}"
        self.names[name] = thing
        return name

    def free(self, value: str, _field: Field) -> list[str]:
        """Of the sender's own choice."""
        return [f"check_free({value})"]

    def moment(self, value: str, _field: Field) -> list[str]:
        """With its offset from UTC."""
        return [f"{value} = moment({value})", f"if {value}.tzinfo is None: raise Unusual"]

    def tuple(self, value: str, field: Field) -> list[str]:
        """Each element by a function of its own."""
        inner = _Writer(self.cls)
        lines = ["def read(value):", *inner._value("value", cast(Frozen, field).inner, " ")]
        exec("\n".join([*lines, " return value"]), inner.names)  # noqa: S102 - as above
        return [f"{value} = tuple([{self._name(inner.names['read'])}(it) for it in {value}])"]

    def nested(self, value: str, field: Field) -> list[str]:
        """Looked up late: a class may contain itself."""
        cls = self._name(cast(Any, field).schema.Meta.makes)
        return [f"{value} = reader_of({cls})({value})"]

    def one_of(self, value: str, field: Field) -> list[str]:
        """By its kind."""
        classes = self._name(cast(OneOf, field).classes)
        return [
            f"chosen = {classes}.get(str({value}.get('kind')))",
            "if chosen is None: raise Unusual",
            f"{value} = reader_of(chosen)({value})",
        ]


def _check_free(value: dict[str, Any]) -> None:
    """A number that may have lost digits on its way through a double, and what is nested deep, are
    left to who looks more closely."""
    for part in value.values():
        _check_plain(part, 1)


def _check_plain(value: Any, depth: int) -> None:
    kind = type(value)
    if kind is float and not -EXACT < value < EXACT:
        raise Unusual
    if kind is dict or kind is list:
        if depth > DEEP:
            raise Unusual
        for part in value.values() if kind is dict else value:
            _check_plain(part, depth + 1)


Meaning = Callable[[_Writer, str, Field], list[str]]

_KINDS: dict[type, tuple[str, Meaning | None]] = {
    fields.String: ("str", None),
    fields.Integer: ("int", None),
    fields.Boolean: ("bool", None),
    fields.Dict: ("dict", _Writer.free),
    fields.AwareDateTime: ("str", _Writer.moment),
    fields.Nested: ("dict", _Writer.nested),
    Frozen: ("list", _Writer.tuple),
    OneOf: ("dict", _Writer.one_of),
}
"""How JSON carries a field, and what is made of it. Fields of other types read for themselves."""
