"""What departments answer. A result counts only from the department that holds the task."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from marshmallow.validate import Length

from shared.messages.parts import CaseCode, Key, Line, Material, Paragraph, Shortcoming
from shared.messages.registry import message, name_of

Outcome = Literal["approved", "approved_with_conditions", "rejected"]


def _from_department(sent: Any) -> str:
    return f"{sent.department}.{name_of(type(sent))}"


DEPARTMENTS = {"unit", "department"}


@message("task.accepted", exchange="results", sent_by=DEPARTMENTS, key=_from_department)
@dataclass(frozen=True, kw_only=True)
class TaskAccepted:
    """The department has taken the task up."""

    case: CaseCode
    assignment: Line
    department: Key
    at: datetime
    officer: Line = ""


@message("task.completed", exchange="results", sent_by=DEPARTMENTS, key=_from_department)
@dataclass(frozen=True, kw_only=True)
class TaskCompleted:
    """The department's answer. A rejection gives reasons and its legal basis (art. 38, 55 ALL)."""

    case: CaseCode
    assignment: Line
    department: Key
    at: datetime
    outcome: Outcome
    opinion: Paragraph = ""
    legal_basis: Paragraph = ""
    conditions: tuple[Paragraph, ...] = ()
    results: dict[str, Any]
    documents: tuple[Material, ...] = ()
    officer: Line = ""


@message("task.returned", exchange="results", sent_by=DEPARTMENTS, key=_from_department)
@dataclass(frozen=True, kw_only=True)
class TaskReturned:
    """Something is missing from the applicant; the clocks stop until it is handed in."""

    case: CaseCode
    assignment: Line
    department: Key
    at: datetime
    missing: Annotated[tuple[Shortcoming, ...], Length(min=1, max=100)]
    legal_basis: Paragraph = ""
    officer: Line = ""


@message("task.declined", exchange="results", sent_by=DEPARTMENTS, key=_from_department)
@dataclass(frozen=True, kw_only=True)
class TaskDeclined:
    """Not ours: the department gives the task back, and may say whose it is."""

    case: CaseCode
    assignment: Line
    department: Key
    at: datetime
    reason: Annotated[str, Length(min=1, max=8_000)]
    proposal: Line = ""
    officer: Line = ""


@message("task.suspended", exchange="results", sent_by=DEPARTMENTS, key=_from_department)
@dataclass(frozen=True, kw_only=True)
class TaskSuspended:
    """A special procedure begins whose time does not count (Administrative Licensing Law, art. 45).

    `days` is how long the applicant was told that it takes, in working days.
    """

    case: CaseCode
    assignment: Line
    department: Key
    at: datetime
    procedure: Annotated[str, Length(min=1, max=300)]
    legal_basis: Annotated[str, Length(min=1, max=8_000)]
    days: int
    officer: Line = ""


@message("task.resumed", exchange="results", sent_by=DEPARTMENTS, key=_from_department)
@dataclass(frozen=True, kw_only=True)
class TaskResumed:
    """The special procedure is over and the clocks run on."""

    case: CaseCode
    assignment: Line
    department: Key
    at: datetime
    finding: Paragraph = ""
    officer: Line = ""
