"""Places in plain JSON: `applicant.name`, `materials.0.digest`. Pure.

A key that stands there as it is written comes first, so that a column of a table may be called
`form.name`.
"""

from collections.abc import Mapping
from typing import Any

ABSENT: Any = object()
"""Nothing stands at the place; null does stand there."""


def at(value: Any, path: str) -> Any:
    """What stands at a path, or ABSENT."""
    if isinstance(value, Mapping) and path in value:
        return value[path]
    for name in path.split("."):
        value = _below(value, name)
        if value is ABSENT:
            return ABSENT
    return value


def _below(value: Any, name: str) -> Any:
    if isinstance(value, Mapping):
        return value.get(name, ABSENT)
    if isinstance(value, list) and name.isdecimal() and int(name) < len(value):
        return value[int(name)]
    return ABSENT


def put(target: dict[str, Any], path: str, value: Any) -> None:
    """Put a value at a path of names, making the objects on the way."""
    *above, last = path.split(".")
    for name in above:
        target = target.setdefault(name, {})
    target[last] = value


def flat(value: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    """The same as one row: a column for each place; lists stay as they are."""
    row: dict[str, Any] = {}
    for name, inner in value.items():
        place = f"{path}.{name}" if path else name
        if isinstance(inner, Mapping):
            row.update(flat(inner, place))
        else:
            row[place] = inner
    return row
