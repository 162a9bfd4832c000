"""What departments answer. A result counts only from the department that holds the task."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from marshmallow.validate import Length, Range

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
    """The department's answer. A rejection gives reasons and its legal basis (art. 38, 55 ALL).

    `approved_by` is who approved what `officer` drafted, where the task asks for two persons.
    """

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
    approved_by: Line = ""


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


@message("task.noted", exchange="results", sent_by={"unit"}, key=_from_department)
@dataclass(frozen=True, kw_only=True)
class TaskNoted:
    """A progress note: how far the work is. It answers nothing, and every clock goes on as it was.

    `percent` is how much is done, by the department's own reckoning.
    """

    case: CaseCode
    assignment: Line
    department: Key
    at: datetime
    note: Annotated[str, Length(min=1, max=8_000)]
    percent: Annotated[int, Range(min=0, max=100)] | None = None
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


@message(
    "task.extension-requested", exchange="results", sent_by={"department"}, key=_from_department
)
@dataclass(frozen=True, kw_only=True)
class TaskExtensionRequested:
    """The department asks for more time for its task, which is granted once.

    `approved_by` is the head who agreed to what `officer` asked for (Administrative Licensing Law,
    art. 42: more time is for the head of the agency to approve).
    """

    case: CaseCode
    assignment: Line
    department: Key
    at: datetime
    reason: Annotated[str, Length(min=1, max=8_000)]
    legal_basis: Annotated[str, Length(min=1, max=8_000)]
    officer: Line = ""
    approved_by: Annotated[str, Length(min=1, max=300)]
