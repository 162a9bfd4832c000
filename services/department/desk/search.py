"""The words by which a task is found. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

LONGEST = 4_000
"""Letters of a task that are searched."""
MOST = 8
"""Words of a question that count."""


def words_of(case: str, document: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """Everything that the department may see of a task and might look for, in small letters.

    The applicant's number is left out: it is found by name or code, and lists are read over
    shoulders.
    """
    applicant = document.get("applicant") or {}
    titles = (document.get("title") or {}, document.get("item_title") or {})
    parts = (
        case,
        *(title.get(language, "") for title in titles for language in ("zh", "en")),
        applicant.get("name", ""),
        *names,
        *_texts(document.get("form") or {}),
    )
    return "\n".join(dict.fromkeys(part for part in parts if part)).lower()[:LONGEST]


def asked(question: str) -> tuple[str, ...]:
    """The words of a question; a task is found that has all of them."""
    return tuple(question.lower().split())[:MOST]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for _name, inner in sorted(value.items()):  # a database keeps fields in an order of its own
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
