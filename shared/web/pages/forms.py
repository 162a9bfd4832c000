"""A form as a page shows it: what is typed in each field, and what is wrong with it.

It is shown empty or with what is known, posted, loaded through its schema, and shown again beside
its faults with everything that was typed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate
from werkzeug.datastructures import MultiDict

from shared.errors import Fault
from shared.web.faults import faults_of
from shared.web.pages import csrf
from shared.web.pages.posted import at, nested

NO_BRACKETS = str.maketrans({"[": "-", "]": "", ".": "-", "_": "-"})


class NoFields(Schema):
    """A form that is a button alone."""


@dataclass(frozen=True, kw_only=True)
class Form:
    """`name` is the method that it is posted to. `typed` are plain nested values, as posted.

    `values` are what the schema made of them, empty while there are `faults`.
    """

    name: str
    schema: Schema
    token: str
    typed: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def typed_at(self, path: str) -> Any:
        """What stands in a field, empty where nothing does."""
        found = at(self.typed, path)
        return "" if found is None else found

    def has(self, path: str, value: str) -> bool:
        """Whether a value is chosen: of a radio or select, or ticked among several."""
        found = at(self.typed, path)
        chosen = found if isinstance(found, list | tuple) else [found]
        return any(str(it) == str(value) for it in chosen if it is not None)

    def faults_at(self, path: str) -> list[str]:
        """What is wrong with a field."""
        return [fault.problem for fault in self.faults if fault.field == path]

    def id_of(self, path: str) -> str:
        """The id of a field's element, to which its label and its fault point."""
        return f"{self.name}-{path}".translate(NO_BRACKETS)

    def rows(self, path: str, *, spare: int = 0) -> range:
        """The numbers of the rows of a list: those that are typed, and spare ones below."""
        found = at(self.typed, path)
        return range((len(found) if isinstance(found, list | tuple) else 0) + spare)

    def required(self, path: str) -> bool:
        """Whether a field must be filled in."""
        declared = self._declared(path)
        return bool(declared and declared.required)

    def longest(self, path: str) -> int | None:
        """How many characters a field takes at the most."""
        declared = self._declared(path)
        for rule in declared.validators if declared else ():
            if isinstance(rule, validate.Length) and rule.max:
                return rule.max
        return None

    def with_faults(self, *faults: Fault) -> "Form":
        """The same form with more that is wrong."""
        return replace(self, faults=(*self.faults, *faults), values={})

    def _declared(self, path: str) -> Any:
        schema: Any = self.schema
        declared: Any = None
        for part in path.replace("]", "").replace("[", ".").split("."):
            if part.isdigit() or schema is None:
                continue
            declared = schema.load_fields.get(part)
            inner = declared.inner if isinstance(declared, fields.List) else declared
            schema = inner.schema if isinstance(inner, fields.Nested) else None
        return declared


def posted(name: str, schema: Schema, pairs: MultiDict[str, str], token: str) -> Form:
    """The form that was posted, loaded through its schema or with its faults."""
    plain = nested(((key, it) for key, it in pairs.lists() if key != csrf.FIELD), schema)
    form = Form(name=name, schema=schema, token=token, typed=plain)
    try:
        return replace(form, values=schema.load(plain))
    except ValidationError as error:
        return form.with_faults(*faults_of(error.messages, schema))


def blank(name: str, schema: Schema, token: str, known: Mapping[str, Any]) -> Form:
    """A form that was not posted yet, with what is known already."""
    return Form(name=name, schema=schema, token=token, typed=dict(known))
