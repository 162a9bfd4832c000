"""What JSON from strangers must not hold, so that every reader, database and language can keep it.

NaN and infinities, lone surrogates and NUL (no database takes them), and nesting that only serves
to exhaust a parser.
"""

import math
import re
from typing import Any, NoReturn

UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class Unsound(ValueError):
    """A body is not JSON, or is JSON that cannot be kept."""


def no_constant(text: str) -> NoReturn:
    """For a decoder's `parse_constant`: NaN and the infinities; raises Unsound."""
    raise Unsound(f"{text} is not a number that JSON knows")


def finite(text: str) -> float:
    """For a decoder's `parse_float`; raises Unsound where the number would be infinite."""
    value = float(text)
    if not math.isfinite(value):
        raise Unsound(f"the number {text[:40]} is beyond what a double can hold")
    return value


def inspect(text: str, value: Any, deepest: int) -> None:
    """Refuse a decoded `text` that is too deep, or has texts that cannot be kept: raises Unsound.

    It walks without recursion, and only where the text gives reason to.
    """
    if "\\u" not in text and text.count("{") + text.count("[") <= deepest:
        return
    waiting = [(value, 0)]
    while waiting:
        value, around = waiting.pop()
        if around > deepest:
            raise too_deep(deepest)
        if isinstance(value, str):
            _check_text(value)
        elif isinstance(value, dict):
            waiting.extend((part, around + 1) for pair in value.items() for part in pair)
        elif isinstance(value, list):
            waiting.extend((part, around + 1) for part in value)


def too_deep(deepest: int) -> Unsound:
    """What is said of nesting beyond so many levels."""
    return Unsound(f"the body is nested deeper than {deepest} levels")


def _check_text(text: str) -> None:
    if UNSTORABLE.search(text):
        raise Unsound("a text holds NUL or half of a surrogate pair, which cannot be stored")
