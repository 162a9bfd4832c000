"""The JSON in a message's body: a department's worker is a stranger, and stops nobody."""

import json
from typing import Any

from shared.soundness import Unsound, finite, inspect, no_constant, too_deep

DEEPEST = 64

_decoder = json.JSONDecoder(parse_constant=no_constant, parse_float=finite)


def parse(body: bytes) -> Any:
    """The value in a body; raises Unsound, saying what is the matter with it."""
    try:
        text = body.decode()
        value = _decoder.decode(text)
    except RecursionError:
        raise too_deep(DEEPEST) from None
    except ValueError as error:
        raise Unsound(f"the body is not JSON: {error}") from error
    inspect(text, value, DEEPEST)
    return value
