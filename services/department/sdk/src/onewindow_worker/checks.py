"""The rules that every result keeps, checked where it is made and not first at the other end."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from onewindow_worker.errors import InvalidResult
from onewindow_worker.parts import Material, Shortcoming

LINE = 300
PARAGRAPH = 8_000
DEEPEST = 20

_KEY = re.compile(r"[a-z][a-z0-9-]{0,63}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def words(field: str, value: Any, most: int, *, needed: str = "") -> None:
    """A text of at most `most` characters; `needed` says why it may not be empty."""
    if not isinstance(value, str):
        raise InvalidResult(field, f"is {type(value).__name__}; give a text")
    if needed and not value.strip():
        raise InvalidResult(field, f"is empty; {needed}")
    if len(value) > most:
        raise InvalidResult(field, f"has {len(value)} characters; at most {most} are allowed")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InvalidResult(field, "holds half a character (a lone surrogate)") from None


def plain(field: str, value: Any, depth: int = 0) -> None:
    """Something that JSON can carry: objects with text keys, arrays, texts, numbers, booleans."""
    if depth > DEEPEST:
        raise InvalidResult(field, f"is nested more than {DEEPEST} levels deep")
    if isinstance(value, str):
        words(field, value, 1_000_000)
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise InvalidResult(field, f"is {value}; JSON has no such number")
    elif isinstance(value, dict):
        for key, element in value.items():
            if not isinstance(key, str):
                raise InvalidResult(field, f"has the key {key!r}; keys are texts")
            words(f"{field}, a key", key, LINE)
            plain(f"{field}.{key}", element, depth + 1)
    elif isinstance(value, (list, tuple)):
        for index, element in enumerate(value):
            plain(f"{field}[{index}]", element, depth + 1)
    elif value is not None and not isinstance(value, (bool, int)):
        raise InvalidResult(
            field, f"is {type(value).__name__}, which JSON cannot carry; give a text or a number"
        )


def documents(field: str, values: Sequence[Any]) -> None:
    """Materials with a key for a name and a SHA-256 digest."""
    for index, value in enumerate(values):
        at = f"{field}[{index}]"
        if not isinstance(value, Material):
            raise InvalidResult(at, f"is {type(value).__name__}; give a Material")
        words(f"{at}.name", value.name, 64)
        if not _KEY.fullmatch(value.name):
            raise InvalidResult(f"{at}.name", "is not lower-case letters, digits and hyphens")
        if not isinstance(value.digest, str) or not _DIGEST.fullmatch(value.digest):
            raise InvalidResult(f"{at}.digest", "is not sha256: and 64 hexadecimal digits")
        words(f"{at}.media_type", value.media_type, LINE)
        words(f"{at}.file_name", value.file_name, LINE)
        whole(f"{at}.size", value.size, least=0)


def shortcomings(field: str, values: Sequence[Any]) -> None:
    """Between 1 and 100 shortcomings, each with its subject and problem."""
    if not 1 <= len(values) <= 100:
        raise InvalidResult(field, f"names {len(values)} shortcomings; name 1 to 100")
    for index, value in enumerate(values):
        at = f"{field}[{index}]"
        if not isinstance(value, Shortcoming):
            raise InvalidResult(at, f"is {type(value).__name__}; give a Shortcoming")
        words(f"{at}.subject", value.subject, LINE, needed="name the form field or the material")
        words(f"{at}.problem", value.problem, PARAGRAPH, needed="say what is the matter with it")


def whole(field: str, value: Any, *, least: int, most: float = math.inf) -> None:
    """A whole number, at least `least` and at most `most`."""
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        upto = "on" if most == math.inf else f"to {most:g}"
        raise InvalidResult(field, f"is {value!r}; give a whole number from {least} {upto}")
