"""The state of a case, frozen. What a case is told of is in `domain`; how it is kept in `store`.

State of a case: `handling` (departments work), `suspended` (at least one task waits and the clocks
stand), `awaiting_materials` (every department has agreed, and a promised material is missing),
`decided`, `withdrawn` (by the applicant, or as a repetition that was merged into another case).
State of a task: absent (its turn has not come), `open`, `returned` (waits for the applicant),
`suspended` (a special procedure), `divided` (its parts are under way), `completed`, `skipped`,
`cancelled`.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import NAMESPACE_URL, uuid5

from shared.messages import Deferral, Material, Person
from shared.values import made_often, with_changed

CaseState = Literal["handling", "suspended", "awaiting_materials", "decided", "withdrawn"]
TaskStatus = Literal[
    "open", "returned", "suspended", "divided", "completed", "skipped", "cancelled"
]

_NAMESPACE = uuid5(NAMESPACE_URL, "urn:onewindow:assignment").bytes


def assignment_of(case: str, task: str, attempt: int) -> str:
    """The name of a handing-over; the same again when a state is built anew.

    A UUID of version 5 (RFC 9562, section 5.5), without the detour over a value of that type.
    """
    name = hashlib.sha1(_NAMESPACE + f"{case}/{task}/{attempt}".encode(), usedforsecurity=False)
    number = int.from_bytes(name.digest()[:16])
    number = number & ~(0xF << 76 | 0x3 << 62) | 0x5 << 76 | 0x2 << 62
    digits = f"{number:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def digest(*said: Any) -> str:
    """A short print of an answer, by which the very same answer is known again."""
    return hashlib.blake2b(repr(said).encode(), digest_size=8).hexdigest()


@made_often
@dataclass(frozen=True, kw_only=True)
class Past:
    """An assignment that a department gave back."""

    assignment: str
    department: str


@made_often
@dataclass(frozen=True, kw_only=True)
class TaskState:
    """How far a task is, and what it came to.

    `heard` are prints of the answers that counted, `missing` what the applicant was asked for,
    `past` the earlier assignments, in order; `extended` tells whether the department was given more
    time, which is done once an assignment.
    """

    status: TaskStatus
    assignment: str = ""
    department: str = ""
    accepted: bool = False
    missing: tuple[str, ...] = ()
    heard: tuple[str, ...] = ()
    past: tuple[Past, ...] = ()
    outcome: str = ""
    opinion: str = ""
    legal_basis: str = ""
    conditions: tuple[str, ...] = ()
    results: Mapping[str, Any] = field(default_factory=dict)
    extended: bool = False

    @property
    def held(self) -> bool:
        """Whether a department has the task in hand."""
        return self.status in ("open", "returned", "suspended")

    @property
    def waits(self) -> bool:
        """Whether time stands still for the task."""
        return self.status in ("returned", "suspended")

    @property
    def done(self) -> bool:
        """Whether later tasks need not wait for this one any longer."""
        return self.status in ("completed", "skipped")


@dataclass(frozen=True, kw_only=True, slots=True)
class Application:
    """What was handed in, with the supplements."""

    applicant: Person
    form: Mapping[str, Any]
    materials: tuple[Material, ...] = ()

    def with_more(self, form: Mapping[str, Any], materials: tuple[Material, ...]) -> "Application":
        """The application with a supplement; a material replaces all that bore its name."""
        names = {material.name for material in materials}
        kept = tuple(material for material in self.materials if material.name not in names)
        return Application(
            applicant=self.applicant, form={**self.form, **form}, materials=kept + materials
        )


@made_often
@dataclass(frozen=True, kw_only=True)
class Case:
    """A case as routing knows it. `number` counts what was said of it in the case stream.

    `tasks` lacks those whose turn has not come. `deferrals` are the promised materials that are
    still missing. `extended` tells whether more time was granted, which is done once.
    """

    code: str
    item: str
    version: int
    region: str
    number: int = 0
    state: CaseState = "handling"
    tasks: Mapping[str, TaskState] = field(default_factory=dict)
    deferrals: tuple[Deferral, ...] = ()
    decided_at: datetime | None = None
    extended: bool = False
    application: Application

    @property
    def closed(self) -> bool:
        """Whether the case has come to its end."""
        return self.state in ("decided", "withdrawn")

    def numbered(self, number: int) -> "Case":
        """The case after a further message in the case stream."""
        return with_changed(self, number=number)
