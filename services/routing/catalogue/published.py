"""The catalogue's schemas for others: JSON Schema for editors, and a reference page for people.

    python -m services.routing.catalogue --write

writes them beside the guide; a test fails when they differ from the code.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import Schema, fields, missing, validate

from services.routing.catalogue.meanings import MEANINGS
from services.routing.catalogue.schemas import AllOrSome, DepartmentsSchema, ItemSchema

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FILES = {"item.schema.json": ItemSchema, "departments.schema.json": DepartmentsSchema}

_KINDS: Mapping[type, str] = {
    fields.String: "string",
    fields.Integer: "integer",
    fields.Float: "number",
    fields.Boolean: "boolean",
}

_NEEDS = [
    {
        "if": {"properties": {"type": {"const": kind}}, "required": ["type"]},
        "then": {"required": [key]},
    }
    for kind, key in (("choice", "choices"), ("list", "fields"))
]
"""What a form field of a type cannot do without."""


def documents() -> dict[str, str]:
    """Every file that is published, by name, with its text."""
    made = {name: _text(json_schema(schema)) for name, schema in FILES.items()}
    return {**made, "REFERENCE.md": reference()}


def json_schema(schema: type[Schema]) -> dict[str, Any]:
    """A schema as JSON Schema with its parts under $defs."""
    parts = {name_of(part): _object(part) for part in parts_of(schema)}
    whole = parts.pop(name_of(schema))
    return {"$schema": DIALECT, "title": name_of(schema), **whole, "$defs": parts}


def reference() -> str:
    """The reference page: every key of every part."""
    lines = [
        "# Every key of a catalogue",
        "",
        "`python -m services.routing.catalogue --write` writes this page. [The guide](README.md)",
        "explains it by an example.",
    ]
    for schema in dict.fromkeys(part for top in FILES.values() for part in parts_of(top)):
        name = name_of(schema)
        lines += ["", f"## {name}", MEANINGS[name][""], ""]
        lines += ["| key | value | unless said | meaning |", "|---|---|---|---|"]
        lines += [f"| {' | '.join(row)} |" for row in _rows(schema)]
    return "\n".join(lines) + "\n"


def parts_of(schema: type[Schema]) -> list[type[Schema]]:
    """The schema and all that it is made of, each once."""
    found = [schema]
    for part in found:
        for inner in _fields(part).values():
            nested = _nested(inner)
            if nested and nested not in found:
                found.append(nested)
    return found


def name_of(schema: type[Schema]) -> str:
    """What a part is called in the documents."""
    return schema.__name__.removesuffix("Schema")


def _fields(schema: type[Schema]) -> dict[str, Any]:
    return {one.data_key or name: one for name, one in schema().fields.items()}


def _nested(field: Any) -> type[Schema] | None:
    inner = getattr(field, "inner", None) or getattr(field, "value_field", None) or field
    return type(inner.schema) if isinstance(inner, fields.Nested) else None


def _object(schema: type[Schema]) -> dict[str, Any]:
    meanings, known = MEANINGS[name_of(schema)], _fields(schema)
    needs = {"allOf": _NEEDS} if name_of(schema) == "FormField" else {}
    return {
        "description": meanings[""],
        "type": "object",
        "additionalProperties": False,
        "required": [key for key, field in known.items() if field.required],
        "properties": {
            key: {"description": meanings[key], **_value(field), **_default(field)}
            for key, field in known.items()
        },
        **needs,
    }


def _value(field: Any) -> dict[str, Any]:
    if isinstance(field, AllOrSome):
        return {"oneOf": [{"const": "all"}, {"type": "array", "items": {"type": "string"}}]}
    if isinstance(field, fields.Nested):
        return {"$ref": f"#/$defs/{name_of(type(field.schema))}"}
    if isinstance(field, fields.List):
        return {"type": "array", "items": _value(field.inner), **_rules(field, "Items")}
    if isinstance(field, fields.Dict):
        names = _rules(field.key_field, "Length") if field.key_field else {}
        values = _value(field.value_field)
        more = {"propertyNames": names, "additionalProperties": values}
        return {"type": "object", **more, **_rules(field, "Properties")}
    return {"type": _KINDS[type(field)], **_rules(field, "Length")}


def _rules(field: Any, size: str) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for rule in field.validators:
        if isinstance(rule, validate.OneOf):
            said["enum"] = list(rule.choices)
        elif isinstance(rule, validate.Regexp):
            said["pattern"] = str(rule.regex.pattern).replace(r"\Z", "$")
        elif isinstance(rule, validate.Range):
            said |= {"minimum": rule.min, "maximum": rule.max}
        elif isinstance(rule, validate.Length):
            said |= {f"min{size}": rule.min, f"max{size}": rule.max}
    return {name: value for name, value in said.items() if value is not None}


def _default(field: Any) -> dict[str, Any]:
    given = field.load_default
    plain = given is not missing and not callable(given) and given not in (None, "")
    return {"default": given} if plain else {}


def _rows(schema: type[Schema]) -> Iterator[tuple[str, ...]]:
    meanings = MEANINGS[name_of(schema)]
    for key, field in _fields(schema).items():
        default = _default(field).get("default", "")
        told = json.dumps(default) if default != "" else "-"
        yield f"`{key}`", _kind(field), "must be given" if field.required else told, meanings[key]


def _kind(field: Any) -> str:
    nested = _nested(field)
    inner = f"[{name_of(nested)}](#{name_of(nested).lower()})" if nested else ""
    if isinstance(field, AllOrSome):
        return "`all`, or a list of names"
    if isinstance(field, fields.List):
        return f"list of {inner or _kind(field.inner)}"
    if isinstance(field, fields.Dict):
        return f"mapping to {inner or _kind(field.value_field)}"
    rules = _rules(field, "Length")
    return inner or ", ".join(f"`{it}`" for it in rules.get("enum", ())) or _KINDS[type(field)]


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
