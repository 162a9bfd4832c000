"""Holds connections.yaml against its published schema; every fault names its field."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from shared.errors import Fault, Invalid
from shared.web.faults import joined, unknown
from shared.yamlfile import plain_of, text_of

SCHEMA = Path(__file__).parent / "connections.schema.json"
LARGEST = 1 << 20
NOT = {
    "object": "is not a mapping",
    "string": "is not a text",
    "number": "is not a number",
    "boolean": "is not true or false",
}


class _Loader(yaml.SafeLoader):
    """YAML in which no key stands twice: the second would silently replace the first. Nor are there
    aliases: a few lines of them stand for more than any memory holds."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            line = self.peek_event().start_mark.line + 1  # type: ignore[no-untyped-call]
            raise Invalid(Fault("connections", f"has an alias (line {line}): write the value out"))
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise Invalid(Fault(key.value, f"stands twice (line {key.start_mark.line + 1})"))
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> dict[str, Any]:
    """What stands in the file, checked; raises Invalid naming every field that is wrong."""
    text = text_of(path, "connections")
    if len(text) > LARGEST:
        raise Invalid(Fault("connections", f"{path} is longer than {LARGEST} characters"))
    plain = _texts(plain_of(text, field="connections", file=str(path), loader=_Loader))
    faults = tuple(dict.fromkeys(_faults(plain)))
    if faults:
        raise Invalid(*faults)
    found: dict[str, Any] = plain
    return found


def _texts(plain: Any) -> Any:
    """The same with texts for keys: YAML reads 1 as a number, and true as a truth."""
    if isinstance(plain, dict):
        return {_key(key): _texts(value) for key, value in plain.items()}
    return [_texts(value) for value in plain] if isinstance(plain, list) else plain


def _key(key: Any) -> str:
    return ("true" if key else "false") if isinstance(key, bool) else str(key)


def _faults(plain: Any) -> Iterator[Fault]:
    validator = Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
    for error in validator.iter_errors(plain):
        yield from _faults_of(error)


def _faults_of(error: ValidationError) -> Iterator[Fault]:
    path = ".".join(str(part) for part in error.absolute_path)
    schema: Mapping[str, Any] = error.schema if isinstance(error.schema, dict) else {}
    given: Any = error.instance
    if error.validator == "required":
        missing = (name for name in schema["required"] if name not in given)
        yield from (Fault(joined(path, name), "is missing") for name in missing)
    elif error.validator == "additionalProperties":
        known = schema["properties"]
        strange = (name for name in given if name not in known)
        yield from (unknown(name, known, path) for name in strange)
    else:
        yield Fault(path or "connections", _problem(error, schema))


def _problem(error: ValidationError, schema: Mapping[str, Any]) -> str:
    if "$comment" in schema:
        return f"{str(error.instance)[:100]!r} {schema['$comment']}"
    limit: Any = error.validator_value
    said = {
        "type": NOT.get(str(limit), "is neither a place nor a rule"),
        "enum": f"must be one of {', '.join(map(str, limit))}" if error.validator == "enum" else "",
        "minimum": f"must be {limit} at least",
        "maximum": f"must be {limit} at most",
        "minLength": "must not be empty",
        "minProperties": "must not be empty",
        "maxLength": f"must have {limit} characters at most",
        "maxProperties": f"must have {limit} entries at most",
    }
    return said.get(str(error.validator), error.message[:200])
