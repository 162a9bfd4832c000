"""What became of an order that a person gave about a case: parts of the case stream."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from marshmallow.validate import Range

from shared.messages.parts import (
    CaseCode,
    Key,
    Line,
    Paragraph,
    Unit,
)
from shared.messages.registry import change


@change("task.transferred")
@dataclass(frozen=True, kw_only=True)
class Transferred:
    """The task was taken from its department, whose clocks end, and given to another.

    A named person said so; or the department kept silent, the item says that the task goes on then,
    and `by` is supervision. The assignment to the other follows.
    """

    task: Key
    assignment: Line
    department: Key
    to: Key
    by: Line
    reason: Paragraph


@change("task.extended")
@dataclass(frozen=True, kw_only=True)
class TaskExtended:
    """A department was given more time for its task, once: the handling clock has so much more.

    `officer` asked for it and `approved_by`, the head of the department, agreed (Administrative
    Licensing Law, art. 42); `source` is where the item says how much. The case's own clocks stay.
    """

    task: Key
    assignment: Line
    department: Key
    amount: Annotated[int, Range(min=1)]
    unit: Unit
    source: Line
    officer: Line
    approved_by: Line
    reason: Paragraph
    legal_basis: Paragraph
    stated_at: datetime


@change("case.extended")
@dataclass(frozen=True, kw_only=True)
class Extended:
    """More time was granted, once: the case's own clocks have so much more."""

    amount: Annotated[int, Range(min=1)]
    unit: Unit
    by: Line
    capacity: Line
    reason: Paragraph
    legal_basis: Paragraph


@dataclass(frozen=True, kw_only=True)
class Correction:
    """What was recorded of a form field, and what is recorded now, both as JSON."""

    field: Line
    before: Paragraph
    after: Paragraph


@change("case.corrected")
@dataclass(frozen=True, kw_only=True)
class Corrected:
    """A mistake in what was recorded was corrected. What followed from it stays as it is."""

    corrections: tuple[Correction, ...]
    note: Paragraph
    by: Line
    reason: Paragraph


@change("case.merged")
@dataclass(frozen=True, kw_only=True)
class Merged:
    """The case repeats another and is closed into that one: every clock of it ends."""

    into: CaseCode
    by: Line
    reason: Paragraph


@change("case.absorbed")
@dataclass(frozen=True, kw_only=True)
class Absorbed:
    """A case that repeats this one was closed into it."""

    case: CaseCode
    by: Line
    reason: Paragraph


@change("case.migrated")
@dataclass(frozen=True, kw_only=True)
class Migrated:
    """The case goes on under another version of its item. What is out stays as it was given out."""

    before: Annotated[int, Range(min=1)]
    after: Annotated[int, Range(min=1)]
    by: Line
    reason: Paragraph
