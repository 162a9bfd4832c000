"""Conditions of a model, in whatever language its tool speaks, as CEL over the form.

Taken over are comparisons of names with numbers, texts and truth values, joined by and, or, not:
`${amount > 1000 && kind == 'A'}` (JUEL), `= amount > 1000 and kind = "A"` (FEEL).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"(?P<text>'[^'\\]*'|\"[^\"\\]*\")|(?P<number>\d+(?:\.\d+)?)|(?P<word>[A-Za-z_]\w*)"
    r"|(?P<sign>==|!=|<=|>=|&&|\|\||[<>=!()])|(?P<space>\s+)|(?P<other>.)"
)
_WORDS = {"and": "&&", "or": "||", "not": "!", "true": "true", "false": "false"}
_COMPARE = {"==", "!=", "<", "<=", ">", ">="}
_RESERVED = {"as", "break", "const", "continue", "else", "for", "function", "if", "import", "in"}
_RESERVED |= {"let", "loop", "package", "namespace", "null", "return", "var", "void", "while"}


@dataclass(frozen=True, kw_only=True)
class Translated:
    """A condition in CEL, and the type of each form field that it names."""

    cel: str
    fields: dict[str, str]


def translated(expression: str) -> Translated | None:
    """The condition in CEL; None where it says more than can be taken over."""
    text = expression.strip()
    if found := re.fullmatch(r"[$#]\{(.*)\}", text, re.DOTALL):
        text = found[1]
    words = list(_words(text.removeprefix("=")))
    if not words or "" in words:
        return None
    fields: dict[str, str] = {}
    said = [_said(words, place, fields) for place in range(len(words))]
    if "" in said or not fields:
        return None
    return Translated(cel=" ".join(said).replace("( ", "(").replace(" )", ")"), fields=fields)


def field_name(words: str) -> str:
    """A name for a form field: `totalAmount` gives `total_amount`; empty where nothing is left."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", words).lower()
    name = re.sub(r"[^a-z0-9]+", "_", words).strip("_")[:60].strip("_")
    name = name if not name or name[0].isalpha() else f"f_{name}"
    return f"{name}_" if name in _RESERVED else name


def _words(text: str) -> Iterator[str]:
    """The tokens; an empty one stands for what is not understood."""
    for found in _TOKEN.finditer(text):
        if found.lastgroup == "other":
            yield ""
        elif found.lastgroup != "space":
            word = _WORDS.get(found[0], found[0])
            yield "==" if word == "=" else word


def _said(words: list[str], place: int, fields: dict[str, str]) -> str:
    word = words[place]
    if not (word[0].isalpha() or word[0] == "_") or word in ("true", "false"):
        return word
    around = words[place - 1] if place else "", words[place + 1] if place + 1 < len(words) else ""
    name, kind = field_name(word), "boolean"
    if around[1] in _COMPARE:
        kind = _kind(words[place + 2] if place + 2 < len(words) else "")
    elif around[0] in _COMPARE:
        kind = _kind(words[place - 2] if place > 1 else "")
    if not kind or not name or around[1] == "(" or fields.setdefault(name, kind) != kind:
        return ""
    return f"form.{name}"


def _kind(other: str) -> str:
    if other in ("true", "false"):
        return "boolean"
    if other[:1] in ("'", '"'):
        return "text"
    return "number" if other[:1].isdigit() else ""
