"""The JSON in a message's body, as long as every reader, database and language can keep it.

Refused: NaN and infinities, lone surrogates and NUL (no database takes them), and nesting that only
serves to exhaust a parser. A department's worker is a stranger: what it sends must stop nobody.
"""

import json
import math
import re
from typing import Any, NoReturn

DEEPEST = 64
UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class Unsound(ValueError):
    """A body is not JSON, or is JSON that cannot be kept."""


def parse(body: bytes) -> Any:
    """The value in a body; raises Unsound, saying what is the matter with it."""
    try:
        text = body.decode()
        value = _decoder.decode(text)
    except RecursionError:
        raise Unsound(f"the body is nested deeper than {DEEPEST} levels") from None
    except ValueError as error:
        raise Unsound(f"the body is not JSON: {error}") from error
    if "\\u" in text or text.count("{") + text.count("[") > DEEPEST:
        _inspect(value)
    return value


def _constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number that JSON knows")


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"the number {text[:40]} is beyond what a double can hold")
    return value


_decoder = json.JSONDecoder(parse_constant=_constant, parse_float=_float)


def _inspect(value: Any) -> None:
    """Walk the value without recursion."""
    waiting = [(value, 1)]
    while waiting:
        value, depth = waiting.pop()
        if depth > DEEPEST + 1:
            raise Unsound(f"the body is nested deeper than {DEEPEST} levels")
        if isinstance(value, str):
            _check_text(value)
        elif isinstance(value, dict):
            waiting.extend((part, depth + 1) for pair in value.items() for part in pair)
        elif isinstance(value, list):
            waiting.extend((part, depth + 1) for part in value)


def _check_text(text: str) -> None:
    if UNSTORABLE.search(text):
        raise Unsound("a text holds NUL or half of a surrogate pair, which cannot be stored")
