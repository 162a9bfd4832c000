"""JSON as text: without needless space, Chinese as it is written, moments in ISO 8601.

Half of what a service does with a message is to write it down, so it is done by orjson. What that
does not write (an integer beyond 64 bits, half a surrogate pair) the standard library does.
"""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import orjson

Plain = Callable[[Any], Any]

_PLAIN = orjson.OPT_PASSTHROUGH_DATACLASS
_SORTED = _PLAIN | orjson.OPT_SORT_KEYS


def _none_known(value: Any) -> Any:
    raise TypeError(f"a {type(value).__name__} cannot be written as JSON")


def text_of(value: Any, *, plain: Plain = _none_known, sort: bool = False) -> str:
    """A value as JSON; `plain` turns what JSON does not know into what it knows.

    `sort` writes the keys of every object in the order of their letters. Raises TypeError for what
    neither knows.
    """
    try:
        return orjson.dumps(value, default=plain, option=_SORTED if sort else _PLAIN).decode()
    except orjson.JSONEncodeError:
        return _slowly(value, plain, sort=sort)


def utf8_of(value: Any, *, plain: Plain = _none_known) -> bytes:
    """`text_of`, encoded. Raises UnicodeEncodeError for half a surrogate pair."""
    try:
        return orjson.dumps(value, default=plain, option=_PLAIN)
    except orjson.JSONEncodeError:
        return _slowly(value, plain, sort=False).encode()


def _slowly(value: Any, plain: Plain, *, sort: bool) -> str:
    def known(other: Any) -> Any:
        return other.isoformat() if isinstance(other, date) else plain(other)

    return json.dumps(
        value, ensure_ascii=False, separators=(",", ":"), sort_keys=sort, default=known
    )
