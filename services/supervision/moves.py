"""A due date that moved with the calendar, as the trace of its case has it."""

from dataclasses import dataclass
from datetime import datetime

TYPE = "clock.recounted"
REVISED = "the calendar of days off was revised"


@dataclass(frozen=True, kw_only=True)
class Recounted:
    """What the trace of a case says of a due date that moved with the calendar, and by whose
    version of which region's, where it was one."""

    clock: str
    department: str
    due_before: datetime | None
    due_after: datetime | None
    reason: str = REVISED
    by: str = ""
    source: str = ""
    region: str = ""
    version: int = 0
