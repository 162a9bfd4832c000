"""From the names and values that a browser posts to the nested values that a schema loads.

A name is the path that a fault has: `opinion`, `missing[0].subject`. What was left empty is not
there at all, so that a schema sees it as missing; a row of a list in which nothing was typed is
left out, so that a page without JavaScript may offer spare rows.
"""

import re
from collections.abc import Iterable
from typing import Any

from marshmallow import Schema, fields

PART = re.compile(r"([^.\[\]]+)|\[(\d{1,4})\]")


def nested(pairs: Iterable[tuple[str, list[str]]], schema: Schema) -> dict[str, Any]:
    """The posted pairs as `schema` wants them; raises nothing, for the schema says what is wrong.

    A field that is a list of single values takes every value of its name, others the last.
    """
    found: dict[str, Any] = {}
    for name, values in pairs:
        clean = [tidy(value) for value in values]
        clean = [value for value in clean if value]
        if clean:
            _put(found, _path(name), clean if is_list_of_values(schema, name) else clean[-1])
    closed: dict[str, Any] = _closed(found)
    return closed


def tidy(text: str) -> str:
    """A typed text with line ends as everywhere (browsers post CRLF) and no blanks around it."""
    return text.replace("\r\n", "\n").replace("\0", "\ufffd").strip()


def is_list_of_values(schema: Schema, name: str) -> bool:
    """Whether a field is a list whose members are typed or ticked one by one."""
    declared = schema.load_fields.get(name)
    return isinstance(declared, fields.List) and not isinstance(declared.inner, fields.Nested)


def at(plain: Any, path: str) -> Any:
    """The value at a path of nested values, None where there is nothing."""
    for part in _path(path):
        try:
            plain = plain[part]
        except (KeyError, IndexError, TypeError):
            return None
    return plain


def _path(name: str) -> tuple[str | int, ...]:
    if PART.sub("", name).strip("."):
        return (name,)
    return tuple(int(index) if index else key for key, index in PART.findall(name))


def _put(node: dict[Any, Any], path: tuple[str | int, ...], value: Any) -> None:
    *way, last = path or ("",)
    for part in way:
        inner = node.setdefault(part, {})
        if not isinstance(inner, dict):
            return
        node = inner
    node[last] = value


def _closed(node: Any) -> Any:
    """Rows by number become lists, without gaps."""
    if not isinstance(node, dict):
        return node
    if node and all(isinstance(key, int) for key in node):
        return [_closed(node[key]) for key in sorted(node)]
    return {str(key): _closed(inner) for key, inner in node.items()}
