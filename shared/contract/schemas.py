"""JSON Schemas of the message bodies, converted from the marshmallow schemas."""

import inspect
import json
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from shared.messages.registry import all_types, is_change, kind_of
from shared.messages.schema import OneOf, schema_of


def schemas() -> dict[str, Any]:
    """Every message body and every part of one, by name, as JSON values with references inside.

    A message or a part is named as its class, a change of the case stream by its `kind`, which is
    what the discriminator of AsyncAPI goes by.
    """
    plugin = MarshmallowPlugin(schema_name_resolver=lambda schema: name_of(_class(schema)))
    spec = APISpec(title="", version="", openapi_version="3.1.0", plugins=[plugin])
    assert plugin.converter is not None, "made by APISpec"
    plugin.converter.add_attribute_function(_one_of)  # type: ignore[no-untyped-call]
    for entry in all_types():
        spec.components.schema(name_of(entry.cls), schema=schema_of(entry.cls))
    found: dict[str, Any] = json.loads(json.dumps(spec.to_dict()["components"]["schemas"]))
    texts = {name_of(cls): description(cls) for cls in _classes(plugin)}
    return {name: {"description": texts[name], **found[name]} for name in sorted(found)}


def name_of(cls: type) -> str:
    """The name of a class's schema in the document."""
    return kind_of(cls) if is_change(cls) else cls.__name__


def description(cls: type) -> str:
    """What the class says of itself."""
    return inspect.cleandoc(cls.__doc__ or "")


def _class(schema: Any) -> type:
    found: type = schema.Meta.makes
    return found


def _classes(plugin: Any) -> list[type]:
    return [_class(key[0]) for key in plugin.converter.refs]


def _one_of(converter: Any, field: Any, **_options: Any) -> dict[str, Any]:
    """An attribute function of apispec, for the one field that it does not know."""
    if not isinstance(field, OneOf):
        return {}
    several = [converter.resolve_nested_schema(schema_of(cls)) for cls in field.classes.values()]
    return {"type": "object", "oneOf": several, "discriminator": "kind", "required": ["kind"]}
