"""Reading JSON from strangers: what I-JSON (RFC 7493) allows, no deeper than a form needs.

Refused: NaN and infinities, the same key twice, integers that a double cannot hold, lone
surrogates and NUL (no database takes them), and nesting that only serves to exhaust a parser.
"""

import json
import math
import re
from typing import Any, NoReturn

from shared.web.problems import MALFORMED, Refusal

DEEPEST = 32
LARGEST = 2**53 - 1
UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def load(body: bytes) -> Any:
    """The value in a JSON body; raises Refusal, a 400, saying what is the matter with it."""
    try:
        text = body.decode("utf-8")
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_int=_integer,
            parse_float=_float,
        )
    except UnicodeDecodeError as error:
        raise malformed(f"the body is not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise malformed(_place(error)) from None
    except RecursionError:
        raise malformed(f"the body is nested deeper than {DEEPEST} levels") from None
    if "\\u" in text or text.count("{") + text.count("[") > DEEPEST:
        _inspect(value)
    return value


def malformed(detail: str) -> Refusal:
    """The refusal of a body that cannot be read."""
    return Refusal(MALFORMED, detail)


def _place(error: json.JSONDecodeError) -> str:
    return f"the body is not JSON: {error.msg}, line {error.lineno}, column {error.colno}"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise malformed(f"the key {twice[:100]!r} stands twice in one object")
    return value


def _constant(text: str) -> NoReturn:
    raise malformed(f"{text} is not a number that JSON knows")


def _integer(text: str) -> int:
    value = int(text) if len(text) <= 17 else LARGEST + 1
    if not -LARGEST <= value <= LARGEST:
        raise malformed(f"the number {text[:40]} is beyond {LARGEST}; send it as a text")
    return value


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise malformed(f"the number {text[:40]} is beyond what a double can hold")
    return value


def _inspect(value: Any) -> None:
    """Walk the value without recursion; refuse what is too deep and texts that cannot be kept."""
    waiting = [(value, 1)]
    while waiting:
        value, depth = waiting.pop()
        if depth > DEEPEST:
            raise malformed(f"the body is nested deeper than {DEEPEST} levels")
        if isinstance(value, str):
            _check_text(value)
        elif isinstance(value, dict):
            waiting.extend((part, depth + 1) for pair in value.items() for part in pair)
        elif isinstance(value, list):
            waiting.extend((part, depth + 1) for part in value)


def _check_text(text: str) -> None:
    if UNSTORABLE.search(text):
        raise malformed("a text holds NUL or half of a surrogate pair, which cannot be stored")
