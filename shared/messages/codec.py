"""Messages to bytes and back. The body is plain JSON; the type and version travel beside it."""

import dataclasses
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from typing import Any

import orjson
from marshmallow import ValidationError

from shared.errors import OneWindowError
from shared.jsontext import text_of, utf8_of
from shared.messages.body import parse
from shared.messages.reader import Unusual, load, reader_of
from shared.messages.registry import find, is_change, kind_of, type_of
from shared.soundness import Unsound

READ_BACK = 2
"""How many versions of a message are read: the current one and those before it."""


class Unreadable(OneWindowError):
    """A message is of no known type or version, or its body breaks the type's schema."""


def encode(message: Any) -> bytes:
    """The JSON body of a message. Keys stand in the order in which the class declares them."""
    return utf8_of(message, plain=_shallow)


def written(message: Any, *, sort: bool = False) -> str:
    """A message as JSON text; `sort` puts the keys in the order of their letters."""
    return text_of(message, plain=_shallow, sort=sort)


def _shallow(message: Any) -> dict[str, Any]:
    """The fields of a message or of a part of one, as they are."""
    cls: type = type(message)
    kind = _kind(cls)
    fields: dict[str, Any] = message.__dict__  # in the order of the class (see shared/values.py)
    return {"kind": kind, **fields} if kind else fields


@cache
def _kind(cls: type) -> str:
    return kind_of(cls) if is_change(cls) else ""


def to_plain(message: Any) -> dict[str, Any]:
    """A message as JSON values: tuples as arrays, moments as ISO 8601 with their offset."""
    cls: type = type(message)
    plain: dict[str, Any] = {"kind": kind_of(cls)} if is_change(cls) else {}
    for name in _names(cls):
        plain[name] = _plain(getattr(message, name))
    return plain


@cache
def _names(cls: type) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(cls))


def _plain(value: Any) -> Any:
    convert = _CONVERT.get(type(value))
    if convert is not None:
        return convert(value)
    return to_plain(value) if dataclasses.is_dataclass(value) else value


def _same(value: Any) -> Any:
    return value


_CONVERT: dict[type, Callable[[Any], Any]] = {
    **dict.fromkeys((str, int, float, bool, type(None), dict), _same),
    tuple: lambda value: [_plain(element) for element in value],
    datetime: lambda value: value.isoformat(),
    date: lambda value: value.isoformat(),
}


def decode(type_name: str, version: int, body: bytes) -> Any:
    """The message in a body; raises Unreadable with every field that is wrong."""
    entry = find(type_name)
    if entry is None:
        raise Unreadable(f"there is no message type {type_name!r}")
    if not max(1, entry.version - READ_BACK + 1) <= version <= entry.version:
        raise Unreadable(f"{type_name} version {version} is not read, only {entry.version}")
    try:
        return _at_once(entry.cls, body)
    except (Unusual, ValidationError, ValueError, RecursionError):
        pass  # it may be good or bad: whoever looks closely says which, and why
    try:
        return load(entry.cls, parse(body))
    except Unsound as error:
        raise Unreadable(str(error)) from error
    except ValidationError as error:
        raise Unreadable(f"{type_name}: {_sentence(error.messages)}") from error


def _at_once(cls: type, body: bytes) -> Any:
    """An ordinary message; raises one of several errors for every other."""
    if b"\\u" in body:
        raise Unusual  # such text may hold what no database takes
    plain = orjson.loads(body)
    if type(plain) is not dict:
        raise Unusual
    return reader_of(cls)(plain)


def version_of(message: Any) -> int:
    """The version in which this message is written."""
    return type_of(type(message)).version


def _sentence(messages: Any, path: str = "") -> str:
    if isinstance(messages, dict):
        return "; ".join(
            _sentence(inner, _joined(path, str(key))) for key, inner in messages.items()
        )
    return f"{path}: {' '.join(str(text) for text in messages)}"


def _joined(path: str, key: str) -> str:
    if key == "_schema":
        return path or "body"
    if key.isdigit():
        return f"{path}[{key}]"
    return f"{path}.{key}" if path else key
