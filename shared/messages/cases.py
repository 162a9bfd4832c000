"""What intake says: what was asked for, and what the applicant did afterwards."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from shared.messages.parts import CaseCode, Deferral, Key, Line, Material, Paragraph, Person
from shared.messages.registry import message

Channel = Literal["portal", "window", "post", "mail", "api"]


@message("case.accepted", exchange="cases", sent_by={"intake"})
@dataclass(frozen=True, kw_only=True)
class CaseAccepted:
    """An application was handed in, found complete or promised to be completed, and accepted."""

    case: CaseCode
    item: Key
    item_version: int
    region: Line
    channel: Channel
    received_at: datetime
    accepted_at: datetime
    applicant: Person
    agent: Person | None = None
    form: dict[str, Any]
    materials: tuple[Material, ...] = ()
    deferrals: tuple[Deferral, ...] = ()


@message("case.supplemented", exchange="cases", sent_by={"intake"})
@dataclass(frozen=True, kw_only=True)
class CaseSupplemented:
    """The applicant handed in what was missing: changed form fields, further materials."""

    case: CaseCode
    at: datetime
    form: dict[str, Any]
    materials: tuple[Material, ...] = ()
    note: Paragraph = ""


@message("case.withdrawn", exchange="cases", sent_by={"intake"})
@dataclass(frozen=True, kw_only=True)
class CaseWithdrawn:
    """The applicant takes the application back."""

    case: CaseCode
    at: datetime
    reason: Paragraph
