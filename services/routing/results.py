"""Whether what was stated is what was asked for: the results of a task, or a form as a whole."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from shared.errors import Fault
from shared.messages import FormField


def faults_of(asked: Iterable[FormField], given: Mapping[str, Any]) -> list[str]:
    """What is wrong with results, each as a clause that names the field; more may be given."""
    return [f"results.{fault.field} {fault.problem}" for fault in wrong_in(asked, given)]


def wrong_in(asked: Iterable[FormField], given: Mapping[str, Any]) -> Iterator[Fault]:
    """Every field that is missing, of another type, or not among its choices."""
    for field in asked:
        value = given.get(field.name)
        if value is None:
            if field.required:
                yield Fault(field.name, "is missing")
        elif not _FITS[field.type](value):
            yield Fault(field.name, f"must be of type {field.type}")
        elif field.type == "choice" and value not in field.choices:
            yield Fault(field.name, f"must be one of {', '.join(field.choices)}")


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _day(value: Any) -> bool:
    try:
        return bool(date.fromisoformat(value))
    except (TypeError, ValueError):
        return False


_FITS: dict[str, Callable[[Any], bool]] = {
    "text": lambda value: isinstance(value, str),
    "choice": lambda value: isinstance(value, str),
    "integer": _whole,
    "number": lambda value: _whole(value) or isinstance(value, float),
    "boolean": lambda value: isinstance(value, bool),
    "date": _day,
    "list": lambda value: isinstance(value, list),
}
