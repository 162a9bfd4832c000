"""What a department answers. Each result checks itself when it is made.

The functions are the public way to make one; LATER says that the answer comes later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from typing import Any, ClassVar

from onewindow_worker import checks
from onewindow_worker.errors import InvalidResult
from onewindow_worker.parts import Material, Shortcoming


class Result:
    """An answer to a task. `type` is the type of the message that carries it."""

    type: ClassVar[str]

    def content(self) -> dict[str, Any]:
        """The JSON fields of the message that are the result's own."""
        return {name: _plain(getattr(self, name)) for name in _names(type(self))}  # type: ignore[arg-type]


@cache
def _names(cls: Any) -> tuple[str, ...]:
    return tuple(each.name for each in fields(cls))


def _plain(value: Any) -> Any:
    if isinstance(value, (str, dict)):
        return value
    if isinstance(value, tuple):
        return [_plain(element) for element in value]
    if is_dataclass(value):
        # a material's link lets whoever has it read: it goes into no answer
        names = (each.name for each in fields(value) if each.name != "link")
        return {name: _plain(getattr(value, name)) for name in names}
    return value


@dataclass(frozen=True)
class Accepted(Result):
    """The department has taken the task up and answers later."""

    type: ClassVar[str] = "task.accepted"
    officer: str = ""


@dataclass(frozen=True)
class Completed(Result):
    """The department's decision."""

    type: ClassVar[str] = "task.completed"
    outcome: str
    opinion: str = ""
    legal_basis: str = ""
    conditions: tuple[str, ...] = ()
    results: dict[str, Any] = field(default_factory=dict)
    documents: tuple[Material, ...] = ()
    officer: str = ""
    approved_by: str = ""

    def __post_init__(self) -> None:
        if self.outcome not in ("approved", "approved_with_conditions", "rejected"):
            raise InvalidResult("outcome", f"{self.outcome!r} is no outcome")
        rejected = self.outcome == "rejected"
        reasons = "a rejection gives its reasons" if rejected else ""
        basis = "a rejection names the provision that it rests on" if rejected else ""
        checks.words("opinion", self.opinion, checks.PARAGRAPH, needed=reasons)
        checks.words("legal_basis", self.legal_basis, checks.PARAGRAPH, needed=basis)
        if (self.outcome == "approved_with_conditions") != bool(self.conditions):
            raise InvalidResult("conditions", "belong to an approval with conditions, at least one")
        for index, condition in enumerate(self.conditions):
            at = f"conditions[{index}]"
            checks.words(at, condition, checks.PARAGRAPH, needed="say what must be done")
        if not isinstance(self.results, dict):
            raise InvalidResult("results", f"is {type(self.results).__name__}; give a dict")
        checks.plain("results", self.results)
        checks.documents("documents", self.documents)
        checks.words("officer", self.officer, checks.LINE)
        checks.words("approved_by", self.approved_by, checks.LINE)


@dataclass(frozen=True)
class Note(Result):
    """How far the work is; it answers nothing and every clock runs on. `percent` is 0 to 100."""

    type: ClassVar[str] = "task.noted"
    note: str
    percent: int | None = None
    officer: str = ""

    def __post_init__(self) -> None:
        checks.words("note", self.note, checks.PARAGRAPH, needed="say how far the work is")
        if self.percent is not None:
            checks.whole("percent", self.percent, least=0, most=100)
        checks.words("officer", self.officer, checks.LINE)


@dataclass(frozen=True)
class Returned(Result):
    """Something is missing from the applicant; the clocks stop until it is handed in."""

    type: ClassVar[str] = "task.returned"
    missing: tuple[Shortcoming, ...]
    legal_basis: str = ""
    officer: str = ""

    def __post_init__(self) -> None:
        checks.shortcomings("missing", self.missing)
        checks.words("legal_basis", self.legal_basis, checks.PARAGRAPH)
        checks.words("officer", self.officer, checks.LINE)


@dataclass(frozen=True)
class Declined(Result):
    """Not ours: the task goes back, perhaps with a proposal whose it is."""

    type: ClassVar[str] = "task.declined"
    reason: str
    proposal: str = ""
    officer: str = ""

    def __post_init__(self) -> None:
        checks.words("reason", self.reason, checks.PARAGRAPH, needed="say why it is not ours")
        checks.words("proposal", self.proposal, checks.LINE)
        checks.words("officer", self.officer, checks.LINE)


@dataclass(frozen=True)
class Suspended(Result):
    """A special procedure begins; `days` is its length in working days as the applicant knows it.

    Administrative Licensing Law, article 45.
    """

    type: ClassVar[str] = "task.suspended"
    procedure: str
    legal_basis: str
    days: int
    officer: str = ""

    def __post_init__(self) -> None:
        checks.words("procedure", self.procedure, checks.LINE, needed="name the procedure")
        basis = "time stops only on the ground of a provision"
        checks.words("legal_basis", self.legal_basis, checks.PARAGRAPH, needed=basis)
        checks.whole("days", self.days, least=1)
        checks.words("officer", self.officer, checks.LINE)


@dataclass(frozen=True)
class Resumed(Result):
    """The special procedure is over and the clocks run on."""

    type: ClassVar[str] = "task.resumed"
    finding: str = ""
    officer: str = ""

    def __post_init__(self) -> None:
        checks.words("finding", self.finding, checks.PARAGRAPH)
        checks.words("officer", self.officer, checks.LINE)


LATER = Accepted()
"""What a handler returns when the answer comes later, through `Worker.complete` or a Reporter."""


def approve(
    opinion: str = "",
    *,
    results: Mapping[str, Any] | None = None,
    documents: Iterable[Material] = (),
    legal_basis: str = "",
    officer: str = "",
    approved_by: str = "",
) -> Completed:
    """The task is approved. `results` are facts that later tasks and the decision may use."""
    return Completed(
        outcome="approved",
        opinion=opinion,
        legal_basis=legal_basis,
        results=dict(results or {}),
        documents=tuple(documents),
        officer=officer,
        approved_by=approved_by,
    )


def approve_with_conditions(
    conditions: Iterable[str],
    opinion: str = "",
    *,
    results: Mapping[str, Any] | None = None,
    documents: Iterable[Material] = (),
    legal_basis: str = "",
    officer: str = "",
    approved_by: str = "",
) -> Completed:
    """The task is approved if the conditions are met; at least one."""
    if isinstance(conditions, str):
        raise InvalidResult("conditions", "is one text; give a list of texts")
    return Completed(
        outcome="approved_with_conditions",
        opinion=opinion,
        legal_basis=legal_basis,
        conditions=tuple(conditions),
        results=dict(results or {}),
        documents=tuple(documents),
        officer=officer,
        approved_by=approved_by,
    )


def reject(
    reasons: str,
    *,
    legal_basis: str,
    results: Mapping[str, Any] | None = None,
    documents: Iterable[Material] = (),
    officer: str = "",
    approved_by: str = "",
) -> Completed:
    """The task is rejected; reasons and legal basis by Administrative Licensing Law, article 38."""
    return Completed(
        outcome="rejected",
        opinion=reasons,
        legal_basis=legal_basis,
        results=dict(results or {}),
        documents=tuple(documents),
        officer=officer,
        approved_by=approved_by,
    )


def return_for_supplement(
    missing: Mapping[str, str] | Iterable[Shortcoming],
    *,
    legal_basis: str = "",
    officer: str = "",
) -> Returned:
    """The applicant must hand something in: `{"site-plan": "bears no seal"}` or Shortcomings."""
    if isinstance(missing, Mapping):
        missing = [Shortcoming(subject, problem) for subject, problem in missing.items()]
    return Returned(missing=tuple(missing), legal_basis=legal_basis, officer=officer)


def decline(reason: str, *, proposal: str = "", officer: str = "") -> Declined:
    """The task is not this department's; `proposal` may name whose it is."""
    return Declined(reason=reason, proposal=proposal, officer=officer)


def suspend(procedure: str, *, legal_basis: str, days: int, officer: str = "") -> Suspended:
    """A hearing, test or expert review begins that takes `days` working days."""
    return Suspended(procedure=procedure, legal_basis=legal_basis, days=days, officer=officer)


def resume(finding: str = "", *, officer: str = "") -> Resumed:
    """The special procedure is over; the answer to the task follows as another result."""
    return Resumed(finding=finding, officer=officer)
