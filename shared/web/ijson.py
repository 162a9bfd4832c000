"""Reading JSON from strangers: what I-JSON (RFC 7493) allows, no deeper than a form needs.

Refused beside what `shared.soundness` refuses: the same key twice, and integers that a double
cannot hold.
"""

import json
from typing import Any

from shared.soundness import Unsound, finite, inspect, no_constant, too_deep
from shared.web.problems import MALFORMED, Refusal

DEEPEST = 32
LARGEST = 2**53 - 1


def load(body: bytes) -> Any:
    """The value in a JSON body; raises Refusal, a 400, saying what is the matter with it."""
    try:
        return _read(body)
    except UnicodeDecodeError as error:
        raise malformed(f"the body is not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise malformed(_place(error)) from None
    except RecursionError:
        raise malformed(str(too_deep(DEEPEST))) from None
    except Unsound as error:
        raise malformed(str(error)) from None


def malformed(detail: str) -> Refusal:
    """The refusal of a body that cannot be read."""
    return Refusal(MALFORMED, detail)


def _read(body: bytes) -> Any:
    text = body.decode("utf-8")
    value = json.loads(
        text,
        object_pairs_hook=_object,
        parse_constant=no_constant,
        parse_int=_integer,
        parse_float=finite,
    )
    inspect(text, value, DEEPEST)
    return value


def _place(error: json.JSONDecodeError) -> str:
    return f"the body is not JSON: {error.msg}, line {error.lineno}, column {error.colno}"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Unsound(f"the key {twice[:100]!r} stands twice in one object")
    return value


def _integer(text: str) -> int:
    value = int(text) if len(text) <= 17 else LARGEST + 1
    if not -LARGEST <= value <= LARGEST:
        raise Unsound(f"the number {text[:40]} is beyond {LARGEST}; send it as a text")
    return value
