"""Whether a form says what its service item asks for: every field that is wrong, at once.

Administrative Licensing Law, article 32: the applicant is told all that must be corrected in one
go.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Any

from shared.errors import Fault
from shared.messages import FormField

LONGEST_TEXT = 4_000
MOST_ELEMENTS = 200
LONGEST_NAME = 100


def faults_in_form(
    fields: Iterable[FormField], form: Mapping[str, Any], *, path: str = "form", whole: bool = True
) -> Iterator[Fault]:
    """Every fault of a form. Unless it is `whole`, as in a supplement, fields may be left out."""
    declared = {field.name: field for field in fields}
    for name in form:
        if name not in declared:
            yield Fault(f"{path}.{name[:LONGEST_NAME]}", f"is not known{meant(name, declared)}")
    for name, field in declared.items():
        if not is_empty(form.get(name)):
            yield from _faults_in_value(field, form[name], f"{path}.{name}")
        elif field.required and (whole or name in form):
            yield Fault(f"{path}.{name}", "is missing")


def is_empty(value: Any) -> bool:
    """Whether nothing was filled in: absent, null, or a text of spaces."""
    return value is None or (isinstance(value, str) and not value.strip())


def filled_in(form: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a form in which there is something."""
    return {name: value for name, value in form.items() if not is_empty(value)}


def meant(name: str, known: Iterable[str]) -> str:
    """The end of a sentence that names what was probably meant."""
    near = get_close_matches(name[:LONGEST_NAME], list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""


def problem_with_text(text: str, longest: int) -> str:
    """What is wrong with a text whatever it says; empty when nothing is."""
    if len(text) > longest:
        return f"has {len(text)} characters, at most {longest} are taken"
    if any(unicodedata.category(letter) == "Cc" and letter not in "\n\r\t" for letter in text):
        return "holds a control character"
    return ""


def _faults_in_value(field: FormField, value: Any, path: str) -> Iterator[Fault]:
    if field.type == "list":
        yield from _faults_in_list(field, value, path)
        return
    problem = _PROBLEM_WITH[field.type](field, value)
    if problem:
        yield Fault(path, problem)


def _faults_in_list(field: FormField, value: Any, path: str) -> Iterator[Fault]:
    if not isinstance(value, list):
        yield Fault(path, "is not a list")
        return
    least = field.minimum or 0
    most = MOST_ELEMENTS if field.maximum is None else field.maximum
    if not least <= len(value) <= most:
        yield Fault(path, f"has {len(value)} entries; from {least:g} to {most:g} are taken")
        return
    for index, element in enumerate(value):
        if isinstance(element, dict):
            yield from faults_in_form(field.fields, element, path=f"{path}[{index}]")
        else:
            yield Fault(f"{path}[{index}]", "is not an object")


def _text(field: FormField, value: Any) -> str:
    if not isinstance(value, str):
        return "is not a text"
    problem = problem_with_text(value, field.max_length or LONGEST_TEXT)
    if not problem and field.pattern and not re.fullmatch(field.pattern, value):
        return f"does not have the form {field.pattern}"
    return problem


def _integer(field: FormField, value: Any) -> str:
    if not isinstance(value, int) or isinstance(value, bool):
        return "is not a whole number"
    return _range(field, value)


def _number(field: FormField, value: Any) -> str:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        return "is not a number"
    return _range(field, value)


def _range(field: FormField, value: float) -> str:
    if field.minimum is not None and value < field.minimum:
        return f"is less than {field.minimum:.15g}"
    if field.maximum is not None and value > field.maximum:
        return f"is more than {field.maximum:.15g}"
    return ""


def _boolean(_field: FormField, value: Any) -> str:
    return "" if isinstance(value, bool) else "is not true or false"


def _date(_field: FormField, value: Any) -> str:
    try:
        assert re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value)
        date.fromisoformat(value)
    except (AssertionError, TypeError, ValueError):
        return "is not a date such as 2026-09-30"
    return ""


def _choice(field: FormField, value: Any) -> str:
    if isinstance(value, str) and value in field.choices:
        return ""
    near = meant(value, field.choices) if isinstance(value, str) else ""
    return f"is not one of {', '.join(field.choices)}{near}"


_PROBLEM_WITH: dict[str, Callable[[FormField, Any], str]] = {
    "text": _text,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "choice": _choice,
}
