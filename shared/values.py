"""Frozen values and their successors."""

from typing import Any, TypeVar

Value = TypeVar("Value")


def with_changed(value: Value, **changes: Any) -> Value:
    """A frozen dataclass's value with some fields changed, for rules that make many of them.

    `dataclasses.replace` goes through the constructor with every field, which takes ten times as
    long. Here nothing is checked again: for a class without `__post_init__` and without slots.
    """
    made = object.__new__(type(value))
    made.__dict__.update(value.__dict__, **changes)
    return made
