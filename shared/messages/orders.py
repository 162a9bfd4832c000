"""What a named person orders about a running case. Each is checked by routing like any message.

What is ordered too late, twice or by somebody who may not is refused, and stands in the case stream
as that. None of them edits anything: each is an entry of its own.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from marshmallow.validate import Length, Range

from shared.messages.parts import CaseCode, Key, Paragraph
from shared.messages.registry import message

LONGEST_NAME, LONGEST_REASON = 300, 8_000
"""Letters."""

Name = Annotated[str, Length(min=1, max=LONGEST_NAME)]
Reason = Annotated[str, Length(min=1, max=LONGEST_REASON)]


@message("case.extend", exchange="cases", sent_by={"intake"})
@dataclass(frozen=True, kw_only=True)
class ExtendCase:
    """Grant the case more time, once. `capacity` is the office in which `by` may grant it.

    How much the item says (Administrative Licensing Law, article 42).
    """

    case: CaseCode
    at: datetime
    by: Name
    capacity: Name
    reason: Reason
    legal_basis: Reason


@message("task.transfer", exchange="cases", sent_by={"intake"})
@dataclass(frozen=True, kw_only=True)
class TransferTask:
    """Hand a task that a department has in hand to another department."""

    case: CaseCode
    at: datetime
    task: Key
    department: Key
    by: Name
    reason: Reason


@message("case.correct", exchange="cases", sent_by={"intake"})
@dataclass(frozen=True, kw_only=True)
class CorrectCase:
    """Correct a mistake in what is recorded: form fields, or what `note` says of anything else."""

    case: CaseCode
    at: datetime
    by: Name
    reason: Reason
    form: dict[str, Any]
    note: Paragraph = ""


@message("case.merge", exchange="cases", sent_by={"intake"})
@dataclass(frozen=True, kw_only=True)
class MergeCase:
    """Close a repeated application into the first one: `case` into the case `into`."""

    case: CaseCode
    at: datetime
    into: CaseCode
    by: Name
    reason: Reason


@message("case.migrate", exchange="cases", sent_by={"intake"})
@dataclass(frozen=True, kw_only=True)
class MigrateCase:
    """Carry a running case to another published version of its item."""

    case: CaseCode
    at: datetime
    version: Annotated[int, Range(min=1)]
    by: Name
    reason: Reason


Order = ExtendCase | TransferTask | CorrectCase | MergeCase | MigrateCase
