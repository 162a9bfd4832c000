"""Faults in the form of a file: what its schema refuses, said in the words of whoever wrote it."""

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields

from services.routing.catalogue.faults import Path, meant

Found = tuple[Path, str]
"""A fault before it has a line: the path, and the problem as a clause."""

_SAID = {
    "Missing data for required field.": "is missing",
    "Field may not be null.": "is empty",
    "Not a valid string.": "must be a text",
    "Not a valid integer.": "must be a whole number",
    "Not a valid number.": "must be a number",
    "Not a valid boolean.": "must be true or false",
    "Not a valid list.": "must be a list",
    "Not a valid mapping type.": "must be a mapping of keys to values",
    "Invalid input type.": "must be a mapping of keys to values",
    "Shorter than minimum length 1.": "must not be empty",
}


def load(schema: Schema, value: Any) -> tuple[dict[str, Any], list[Found]]:
    """What a schema makes of a value, and what it refuses."""
    try:
        return schema.load(value if value is not None else {}), []
    except ValidationError as error:
        return {}, list(_leaves(error.messages, (), schema))


def _leaves(messages: Any, path: Path, schema: Schema) -> Iterator[Found]:
    if isinstance(messages, Mapping):
        # A mapping's own faults are said of the `key` or the `value` of an entry.
        entry = bool(path) and isinstance(_at(schema, path[:-1]), fields.Dict)
        for part, inner in messages.items():
            own = part == "_schema" or (entry and part in ("key", "value"))
            yield from _leaves(inner, path if own else (*path, part), schema)
        return
    for message in messages:
        yield path, _said(str(message), path, schema)


def _said(message: str, path: Path, schema: Schema) -> str:
    if message == "Unknown field.":
        return "is not known here" + meant(path[-1], _known(schema, path[:-1]))
    return _SAID.get(message, message[:1].lower() + message[1:].removesuffix("."))


def _known(schema: Schema, path: Path) -> set[str]:
    """The keys that a schema knows at a path."""
    at = _at(schema, path)
    at = at.schema if isinstance(at, fields.Nested) else at
    return {one.data_key or name for name, one in at.fields.items()}


def _at(schema: Schema, path: Path) -> Any:
    """The schema or field at a path."""
    at: Any = schema
    for part in path:
        if isinstance(at, fields.Nested):
            at = at.schema
        if isinstance(at, fields.List):
            at = at.inner
        elif isinstance(at, fields.Dict):
            at = at.value_field
        else:
            at = at.fields.get(part) or at.fields.get(f"{part}_")
    return at
