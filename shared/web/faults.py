"""The errors of a marshmallow schema as faults: one for each field, by its full path.

`materials[1].digest` is the way in which a person would point at it. For a name that the schema
does not know, the fault says which one was probably meant.
"""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from itertools import islice
from typing import Any

from marshmallow import Schema, fields

from shared.errors import Fault

MOMENT = "is not a moment with its zone, such as 2026-09-30T09:00:00Z"
WORDING = {
    "Missing data for required field.": "is missing",
    "Field may not be null.": "must not be null",
    "Not a valid string.": "is not a text",
    "Not a valid integer.": "is not a whole number",
    "Not a valid boolean.": "is not true or false",
    "Not a valid date.": "is not a date such as 2026-09-30",
    "Not a valid datetime.": MOMENT,
    "Not a valid aware datetime.": MOMENT,
    "Not a valid list.": "is not a list",
    "Not a valid mapping type.": "is not an object",
    "Invalid input type.": "is not an object",
}
UNKNOWN = "Unknown field."
LONGEST_NAME = 100
MOST = 1_000


def faults_of(messages: Any, schema: Schema | None = None) -> Iterator[Fault]:
    """The faults in the messages of a ValidationError, in the order of the schema, `MOST` at most:
    to find what each of a hundred thousand wrong names was meant to be takes minutes."""
    return islice(_faults(messages, schema, ""), MOST)


def _faults(messages: Any, schema: Schema | None, path: str) -> Iterator[Fault]:
    if isinstance(messages, dict):
        for key, inner in messages.items():
            yield from _faults_at(key, inner, schema, path)
        return
    for text in messages if isinstance(messages, list) else [messages]:
        yield Fault(path or "body", WORDING.get(str(text), str(text)))


def _faults_at(key: Any, inner: Any, schema: Schema | None, path: str) -> Iterator[Fault]:
    if key == "_schema":
        yield from _faults(inner, None, path)
    elif isinstance(key, int):
        yield from _faults(inner, schema, f"{path}[{key}]")
    elif inner == [UNKNOWN] and schema is not None:
        yield unknown(str(key), _names(schema), path)
    else:
        yield from _faults(inner, _below(schema, key), joined(path, str(key)))


def unknown(name: str, known: Iterable[str], path: str = "") -> Fault:
    """The fault of a name that is not known here, with the known name that comes closest."""
    near = get_close_matches(name[:LONGEST_NAME], list(known), n=1)
    meant = f"; did you mean {near[0]}?" if near else ""
    return Fault(joined(path, name[:LONGEST_NAME]), f"is not known here{meant}")


def joined(path: str, name: str) -> str:
    """The path of a name below a path."""
    return f"{path}.{name}" if path else name


def _names(schema: Schema) -> list[str]:
    return [declared.data_key or name for name, declared in schema.load_fields.items()]


def _below(schema: Schema | None, key: str) -> Schema | None:
    if schema is None:
        return None
    for name, declared in schema.load_fields.items():
        if (declared.data_key or name) == key:
            return _schema_in(declared)
    return None


def _schema_in(declared: Any) -> Schema | None:
    if isinstance(declared, fields.List):
        return _schema_in(declared.inner)
    return declared.schema if isinstance(declared, fields.Nested) else None
