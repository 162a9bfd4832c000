"""Values by which a condition is tried out: the ends of what a field allows, and what lies at and
beside each number and text that the condition speaks of."""

import re
from collections.abc import Iterator
from typing import Any

from shared.messages import FormField

_TEXTS = re.compile(r"'([^'\\]*)'|\"([^\"\\]*)\"")
_NUMBERS = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])")
_RECKONS = re.compile(r"[-+*/%]|\w\(")


def samples(field: FormField, source: str, *, certain: bool) -> list[Any]:
    """Values that the field may have; None where it may be absent."""
    return [*_values(field, source), *([] if certain else [None])]


def telling(field: FormField, source: str) -> bool:
    """Whether the samples leave out nothing that could make the condition answer otherwise.

    That is so of choices, and of numbers that are compared and not reckoned with.
    """
    if field.type in ("integer", "number"):
        return not _RECKONS.search(_TEXTS.sub("", source).replace("has(", ""))
    return field.type in ("choice", "boolean")


def _values(field: FormField, source: str) -> list[Any]:
    if field.type == "choice":
        return list(field.choices)
    if field.type == "list":
        return _lists(field, source)
    if field.type in ("integer", "number"):
        return _numbers(field, source)
    if field.type == "boolean":
        return [True, False]
    texts = [one or other for one, other in _TEXTS.findall(source)]
    return ["2026-01-01"] if field.type == "date" else list(dict.fromkeys(["x", "", *texts]))


def _numbers(field: FormField, source: str) -> list[Any]:
    low = field.minimum if field.minimum is not None else 0
    high = field.maximum if field.maximum is not None else max(low, 1_000_000)
    found = {low, high, *_beside(source)}
    if field.minimum is None:
        found |= {-one for one in found} | {-1_000_000}
    fitting = sorted(one for one in found if _fits(one, field))
    whole = [int(one) for one in fitting if float(one).is_integer()]
    return whole if field.type == "integer" else [*whole, (low + high) / 2 + 0.25]


def _fits(number: float, field: FormField) -> bool:
    low, high = field.minimum, field.maximum
    return (low is None or number >= low) and (high is None or number <= high)


def _beside(source: str) -> Iterator[float]:
    for word in _NUMBERS.findall(_TEXTS.sub("", source)):
        yield from (float(word) - 1, float(word), float(word) + 1)


def _lists(field: FormField, source: str) -> list[Any]:
    element = {one.name: _values(one, source)[0] for one in field.fields}
    least = int(field.minimum or 0)
    most = max(least, int(field.maximum if field.maximum is not None else least + 2))
    return [[element] * least, [element] * most]
