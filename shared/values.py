"""Frozen values that are made often: their constructor and their successors.

The constructor of a frozen dataclass sets each field by a call of its own, which takes two to three
times as long as setting all of them at once; at a hundred values a case that is a tenth of what
routing does.
"""

from dataclasses import MISSING, Field, fields
from typing import Any, TypeVar

Value = TypeVar("Value")
Class = TypeVar("Class", bound=type)


def made_often(cls: Class) -> Class:
    """Stands above `@dataclass(frozen=True)`: a constructor that sets all fields at once.

    For a class without slots and without `__post_init__`, whose fields are all parameters.
    """
    assert not hasattr(cls, "__slots__"), f"{cls.__name__} has slots"
    assert not hasattr(cls, "__post_init__"), f"{cls.__name__} looks at its fields"
    known: dict[str, Any] = {"_unsaid": _UNSAID}
    parameters = [_parameter(field, known) for field in fields(cls)]
    places = [it for it, field in zip(parameters, fields(cls), strict=True) if not field.kw_only]
    named = [it for it, field in zip(parameters, fields(cls), strict=True) if field.kw_only]
    head = ", ".join(["self", *places, *(["*", *named] if named else [])])
    said = ", ".join(f"{it.name}={_said(it)}" for it in fields(cls))
    exec(f"def __init__({head}):\n    self.__dict__.update({said})", known)  # noqa: S102 - of our own fields only
    made = known["__init__"]
    made.__annotations__ = vars(cls)["__init__"].__annotations__
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    type.__setattr__(cls, "__init__", made)
    return cls


_UNSAID = object()


def _parameter(field: "Field[Any]", known: dict[str, Any]) -> str:
    if field.default is not MISSING:
        known[f"_{field.name}"] = field.default
        return f"{field.name}=_{field.name}"
    if field.default_factory is not MISSING:
        known[f"_{field.name}"] = field.default_factory
        return f"{field.name}=_unsaid"
    return field.name


def _said(field: "Field[Any]") -> str:
    if field.default_factory is MISSING:
        return field.name
    return f"_{field.name}() if {field.name} is _unsaid else {field.name}"


def with_changed(value: Value, **changes: Any) -> Value:
    """A frozen dataclass's value with some fields changed, for rules that make many of them.

    `dataclasses.replace` goes through the constructor with every field, which takes ten times as
    long. Here nothing is checked again: for a class without `__post_init__` and without slots.
    """
    made = object.__new__(type(value))
    made.__dict__.update(value.__dict__, **changes)
    return made
