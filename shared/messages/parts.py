"""What several messages are made of: texts, limits, applicants, materials, form fields."""

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Literal

from marshmallow.validate import Length, Range, Regexp

Key = Annotated[str, Regexp(r"^[a-z][a-z0-9-]{0,63}$(?!\n)")]
"""A short name for a thing in a catalogue: item, task, department, material."""

FieldName = Annotated[str, Regexp(r"^[a-z][a-z0-9_]{0,63}$(?!\n)")]
"""The name of a form field; an identifier, so that conditions can speak of it."""

CaseCode = Annotated[str, Length(min=8, max=40)]
Line = Annotated[str, Length(max=300)]
Paragraph = Annotated[str, Length(max=8_000)]
Digest = Annotated[str, Regexp(r"^sha256:[0-9a-f]{64}$(?!\n)")]

Unit = Literal["working_days", "working_hours", "calendar_days"]


@dataclass(frozen=True, kw_only=True)
class Text:
    """The same words for people in both languages."""

    zh: Line
    en: Line


@dataclass(frozen=True, kw_only=True)
class Limit:
    """An amount of time in law or promise, counted in `unit`, with the source that sets it."""

    amount: Annotated[int, Range(min=1, max=3_660)]
    unit: Unit = "working_days"
    source: Line = ""


Silence = Literal["nothing", "escalate", "reassign", "deemed_approval"]
"""What it means that a task's handling limit passes without an answer."""

Approval = Literal["single", "two-person"]
"""Whether one officer answers a task, or one drafts the answer and the head approves it."""


@dataclass(frozen=True, kw_only=True)
class ExtensionRule:
    """How much more time may be granted once, by whom, and by what law."""

    amount: Annotated[int, Range(min=1, max=3_660)]
    unit: Unit = "working_days"
    source: Line = ""
    by: Text


@dataclass(frozen=True, kw_only=True)
class Procedure:
    """A special procedure whose time does not count: how long at most, and its legal basis."""

    key: Key
    title: Text
    limit: Limit


@dataclass(frozen=True, kw_only=True)
class Person:
    """A natural or legal person: identity number by GB 11643, credit code by GB 32100."""

    kind: Literal["person", "organisation"]
    name: Annotated[str, Length(min=1, max=200)]
    number: Annotated[str, Length(min=1, max=40)]


@dataclass(frozen=True, kw_only=True)
class Material:
    """A document that was handed in, named as the item names it; the content is stored once."""

    name: Key
    digest: Digest
    media_type: Line
    size: Annotated[int, Range(min=0)]
    file_name: Line = ""


@dataclass(frozen=True, kw_only=True)
class HandedMaterial(Material):
    """A material as a department is handed it: `link` is where it reads the content, until it
    expires. Empty where the office gives no links.

    A class of its own, so that no link gets into the case stream or back out of an answer.
    """

    link: Annotated[str, Length(max=2_000)] = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class Deferral:
    """A material that is promised for a later day (conditional acceptance)."""

    material: Key
    title: Text
    due_on: date
    promised_by: Line


@dataclass(frozen=True, kw_only=True)
class Shortcoming:
    """One thing that is missing or wrong: a form field or a material, and what is the matter."""

    subject: Line
    problem: Paragraph


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """What an earlier task of the same case came to, where the item lets a later task see it."""

    task: Key
    department: Key
    outcome: Line
    opinion: Paragraph
    results: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class FormField:
    """One field of an item's form. `fields` describes the elements of a `list`."""

    name: FieldName
    title: Text
    type: Literal["text", "integer", "number", "boolean", "date", "choice", "list"]
    required: bool = True
    choices: tuple[Line, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    max_length: int | None = None
    pattern: Line = ""
    fields: tuple["FormField", ...] = ()


@dataclass(frozen=True, kw_only=True)
class MaterialRule:
    """A document that an item asks for; `when` is a condition over the form, empty for always.

    `issued_by` is the department that has issued it: then the applicant is not asked for it.
    """

    name: Key
    title: Text
    required: bool = True
    when: Paragraph = ""
    deferrable: bool = False
    accepts: tuple[Line, ...] = ("application/pdf", "image/jpeg", "image/png")
    max_size: int = 20_000_000
    issued_by: Line = ""


@dataclass(frozen=True, kw_only=True)
class ToFetch:
    """A material that a department of the system has issued: it is fetched there, not asked for."""

    name: Key
    title: Text
    department: Key


@dataclass(frozen=True, kw_only=True)
class IssueRule:
    """A licence or notice that an item brings forth.

    `task` is the task whose approval carries it. `delivery` is the limit for what is issued once
    the case is approved (10 working days: Administrative Licensing Law, article 44).
    """

    name: Key
    title: Text
    task: Key
    delivery: Limit | None = None
