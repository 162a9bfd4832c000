"""The case stream: routing, the only writer of a case's progress, numbers what it says of a case.

One `CaseProgressed` says all that one step changed. `number` counts 1, 2, 3, ... within a case, so
every reader can put the stream in order, see a gap and drop a repeat. `at` is the official time of
the step: when it reached routing. What a department states about its own time stands beside it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from marshmallow.validate import Length, Range

from shared.messages.cases import Channel
from shared.messages.ordered import (
    Absorbed,
    Corrected,
    Extended,
    Merged,
    Migrated,
    TaskExtended,
    Transferred,
)
from shared.messages.parts import (
    CaseCode,
    Deferral,
    ExtensionRule,
    Key,
    Limit,
    Line,
    Material,
    Paragraph,
    Shortcoming,
    Silence,
    Text,
)
from shared.messages.registry import change, message


@change("case.opened")
@dataclass(frozen=True, kw_only=True)
class Opened:
    """The case was taken up by routing: from here its statutory and promised clocks are known."""

    title: Text
    applicant: Line
    channel: Channel
    received_at: datetime
    accepted_at: datetime
    lead: Key
    statutory: Limit | None
    promised: Limit | None
    deferrals: tuple[Deferral, ...] = ()
    extension: ExtensionRule | None = None


@change("subcase.opened")
@dataclass(frozen=True, kw_only=True)
class SubcaseOpened:
    """A sub-case begins: a further item that this case takes in, under the same code.

    It has no clocks of its own: the case's joint-handling budget is that of all its sub-cases.
    """

    subcase: Key
    item: Key
    title: Text


@change("subcase.decided")
@dataclass(frozen=True, kw_only=True)
class SubcaseDecided:
    """A sub-case came to its own decision; the case is decided when all of them are."""

    subcase: Key
    outcome: Annotated[str, Length(min=1, max=40)]
    reasons: tuple[Paragraph, ...]
    conditions: tuple[Paragraph, ...]


@change("task.assigned")
@dataclass(frozen=True, kw_only=True)
class Assigned:
    """A task was handed to a department; its acceptance and handling clocks start.

    `part_of` is the key of the task of which this one is a part (one of several departments that
    review together, one of several elements of a list); empty for a whole task.
    """

    task: Key
    title: Text
    assignment: Line
    department: Key
    acceptance: Limit | None
    handling: Limit | None
    part_of: Line = ""
    silence: Silence = "nothing"


@change("task.accepted")
@dataclass(frozen=True, kw_only=True)
class Accepted:
    """The department took the task up; its acceptance clock ends."""

    task: Key
    assignment: Line
    department: Key
    officer: Line
    stated_at: datetime


@change("task.completed")
@dataclass(frozen=True, kw_only=True)
class Completed:
    """The department answered; the task's clocks end."""

    task: Key
    assignment: Line
    department: Key
    outcome: Line
    opinion: Paragraph
    legal_basis: Paragraph
    conditions: tuple[Paragraph, ...]
    documents: tuple[Material, ...]
    officer: Line
    stated_at: datetime
    approved_by: Line = ""


@change("document.issued")
@dataclass(frozen=True, kw_only=True)
class Issued:
    """A licence or notice that the item names was brought forth, here by reference."""

    task: Key
    department: Key
    title: Text
    document: Material


@change("task.noted")
@dataclass(frozen=True, kw_only=True)
class Noted:
    """The department said how far it is: for supervision; no clock and no state changes by it."""

    task: Key
    assignment: Line
    department: Key
    note: Paragraph
    percent: Annotated[int, Range(min=0, max=100)] | None
    officer: Line
    stated_at: datetime


@change("task.returned")
@dataclass(frozen=True, kw_only=True)
class Returned:
    """The department found something missing."""

    task: Key
    assignment: Line
    department: Key
    missing: tuple[Shortcoming, ...]
    legal_basis: Paragraph
    officer: Line
    stated_at: datetime


@change("task.declined")
@dataclass(frozen=True, kw_only=True)
class Declined:
    """The department gave the task back as not its own."""

    task: Key
    assignment: Line
    department: Key
    reason: Paragraph
    proposal: Line
    officer: Line
    stated_at: datetime


@change("task.skipped")
@dataclass(frozen=True, kw_only=True)
class Skipped:
    """The task is not needed for this case: its condition is false."""

    task: Key
    reason: Paragraph


@change("task.settled")
@dataclass(frozen=True, kw_only=True)
class Settled:
    """The task was approved without an answer of its department, for a reason the item names.

    `ground` is `formal` (a formal look by the window is enough and found nothing wanting;
    Administrative Licensing Law, article 34: what can be decided on the spot is) or `promise` (the
    applicant's signed promise is trusted, and will be verified) or `silence` (the department let
    its handling limit pass, and the item says that silence is consent; its assignment was
    cancelled).
    """

    task: Key
    title: Text
    department: Key
    ground: Line
    reason: Paragraph


@change("task.cancelled")
@dataclass(frozen=True, kw_only=True)
class Cancelled:
    """The task is no longer wanted; its clocks end."""

    task: Key
    assignment: Line
    department: Key
    reason: Paragraph


@change("clock.suspended")
@dataclass(frozen=True, kw_only=True)
class Suspended:
    """Time stops counting, with reason and legal basis. `task` is the task that stops, `officer`
    who of its `department` said so.

    The case's own clocks stop with it: a case waits for each of its tasks.
    """

    task: Key
    assignment: Line
    reason: Paragraph
    legal_basis: Paragraph
    department: Line = ""
    officer: Line = ""


@change("clock.resumed")
@dataclass(frozen=True, kw_only=True)
class Resumed:
    """What the task waited for is there; time counts again. `officer` is whoever said so, empty
    where the applicant's papers did."""

    task: Key
    assignment: Line
    reason: Paragraph
    department: Line = ""
    officer: Line = ""


@change("case.supplemented")
@dataclass(frozen=True, kw_only=True)
class Supplemented:
    """The applicant handed in more; `deferrals_met` are the promised materials among it."""

    fields: tuple[Line, ...]
    materials: tuple[Material, ...]
    deferrals_met: tuple[Key, ...]
    note: Paragraph


@change("result.refused")
@dataclass(frozen=True, kw_only=True)
class Refused:
    """A message about this case did not count: forged, from the wrong department, or too late.

    `ground` sorts the reasons: forged; not_held (the sender does not hold the assignment, or no
    longer); settled (it has answered already, and differently); repeated (the same answer counted
    before, under another message id); altered (another answer under a message id that was used
    before); cancelled (the task was taken back); rule (the item or the law does not allow it).
    """

    sender: Line
    message_type: Line
    message_id: Line
    assignment: Line
    reason: Paragraph
    forged: bool
    ground: Line = ""


@change("case.decided")
@dataclass(frozen=True, kw_only=True)
class Decided:
    """The decision: every clock of the case ends."""

    outcome: Annotated[str, Length(min=1, max=40)]
    reasons: tuple[Paragraph, ...]
    conditions: tuple[Paragraph, ...]


@change("decision.revoked")
@dataclass(frozen=True, kw_only=True)
class Revoked:
    """An approval was taken back, because what the applicant had promised was found untrue.

    The decision stays in the stream as it was; this entry follows it. `task` is the verification
    that found it (Administrative Licensing Law, article 69).
    """

    task: Key
    department: Key
    reasons: Annotated[tuple[Paragraph, ...], Length(min=1)]
    legal_basis: Paragraph


@change("case.withdrawn")
@dataclass(frozen=True, kw_only=True)
class Withdrawn:
    """The applicant took the application back: every clock of the case ends."""

    reason: Paragraph


Change = (
    Opened
    | SubcaseOpened
    | SubcaseDecided
    | Assigned
    | Accepted
    | Completed
    | Issued
    | Returned
    | Noted
    | Declined
    | Skipped
    | Settled
    | Cancelled
    | Suspended
    | Resumed
    | Supplemented
    | Transferred
    | TaskExtended
    | Extended
    | Corrected
    | Merged
    | Absorbed
    | Migrated
    | Refused
    | Decided
    | Revoked
    | Withdrawn
)


PROGRESSED = "case.progressed"
REFUSED = f"{PROGRESSED}.refused"
"""The routing key of a step in which a message did not count: most readers want all steps, some
only these."""


def _key(step: "CaseProgressed") -> str:
    return REFUSED if any(isinstance(it, Refused) for it in step.changes) else PROGRESSED


@message(PROGRESSED, exchange="progress", sent_by={"routing"}, key=_key)
@dataclass(frozen=True, kw_only=True)
class CaseProgressed:
    """One step of a case and everything that it changed, in order."""

    case: CaseCode
    number: Annotated[int, Range(min=1)]
    at: datetime
    item: Key
    item_version: int
    region: Line
    state: Annotated[str, Length(max=40)]
    changes: Annotated[tuple[Change, ...], Length(min=1)]
