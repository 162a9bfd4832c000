"""Marshmallow schemas made from the message classes, so that there is one description of each.

A schema ignores fields that it does not know (a newer writer may send more) and refuses what is
missing or of the wrong type. Loading gives the frozen dataclass itself.
"""

import dataclasses
import types
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin, get_type_hints

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, validate

from shared.messages.registry import is_change, kind_of

SCALARS: dict[type, Callable[..., fields.Field[Any]]] = {
    str: fields.String,
    int: lambda **options: fields.Integer(strict=True, **options),
    float: fields.Float,
    bool: lambda **options: fields.Boolean(truthy={True}, falsy={False}, **options),
    datetime: lambda **options: fields.AwareDateTime(format="iso", **options),
    date: lambda **options: fields.Date(format="iso", **options),
}


class Frozen(fields.List[Any]):
    """A list on the wire, a tuple in the message."""

    def _deserialize(self, *args: Any, **kwargs: Any) -> Any:
        return tuple(super()._deserialize(*args, **kwargs))


class OneOf(fields.Field[Any]):
    """One of several classes, told apart by the field `kind`."""

    def __init__(self, classes: tuple[type, ...], **options: Any) -> None:
        super().__init__(**options)
        self.classes = {kind_of(cls): cls for cls in classes}

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        if not isinstance(value, dict):
            raise ValidationError("is not an object")
        cls = self.classes.get(str(value.get("kind")))
        if cls is None:
            raise ValidationError({"kind": [f"is not one of {', '.join(self.classes)}"]})
        return schema_of(cls).load(value)


@cache
def schema_of(cls: type) -> Schema:
    """The schema of a message class or of a part of one. Made once for each class."""
    hints = get_type_hints(cls, include_extras=True)
    declared: dict[str, Any] = {
        field.name: _field(hints[field.name], field) for field in _fields_of(cls)
    }
    if is_change(cls):
        declared["kind"] = fields.String(required=True, validate=validate.Equal(kind_of(cls)))
    declared["Meta"] = type("Meta", (), {"unknown": EXCLUDE, "title": cls.__name__, "makes": cls})
    declared["built"] = post_load(_builder(cls))
    return cast(Schema, type(f"{cls.__name__}Schema", (Schema,), declared)())


def _fields_of(cls: type) -> tuple[dataclasses.Field[Any], ...]:
    return dataclasses.fields(cls)


def _builder(cls: type) -> Callable[..., Any]:
    tells_kind = is_change(cls)

    def built(_schema: Schema, data: dict[str, Any], **_options: Any) -> Any:
        if tells_kind:
            del data["kind"]
        return cls(**data)

    return built


def _field(hint: Any, field: dataclasses.Field[Any]) -> fields.Field[Any]:
    options: dict[str, Any] = {"required": field.default is dataclasses.MISSING}
    if not options["required"]:
        options["load_default"] = field.default
    return _of_type(hint, options)


def _of_type(hint: Any, options: dict[str, Any]) -> fields.Field[Any]:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        rules = [*options.get("validate", ()), *arguments[1:]]
        return _of_type(arguments[0], {**options, "validate": rules})
    if origin in (Union, types.UnionType):
        return _of_union(arguments, options)
    if origin is Literal:
        return fields.String(**{**options, "validate": [validate.OneOf(arguments)]})
    if origin is tuple:
        return Frozen(_of_type(arguments[0], {}), **options)
    if origin is dict:
        return fields.Dict(keys=fields.String(), **options)
    if dataclasses.is_dataclass(hint):
        return fields.Nested(lambda: schema_of(cast(type, hint)), **options)
    return SCALARS[hint](**options)


def _of_union(arguments: tuple[Any, ...], options: dict[str, Any]) -> fields.Field[Any]:
    several = tuple(kind for kind in arguments if kind is not type(None))
    if len(several) < len(arguments):
        options = {**options, "allow_none": True}
    return _of_type(several[0], options) if len(several) == 1 else OneOf(several, **options)
