"""What supervision commands: that routing acts where a department has kept silent for too long."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.messages.parts import CaseCode, Key, Line
from shared.messages.registry import message


@message("task.act-on-silence", exchange="directives", sent_by={"supervision"})
@dataclass(frozen=True, kw_only=True)
class ActOnSilence:
    """The handling limit of an assignment has passed without an answer, and silence has a meaning.

    `silence` is what the item says of it: the task goes on to the lead department (reassign) or is
    approved (deemed_approval). `due_at` is when the limit passed, `source` where it is written, as
    both were when the task was assigned. What comes too late changes nothing.
    """

    case: CaseCode
    at: datetime
    task: Key
    assignment: Line
    department: Key
    silence: Literal["reassign", "deemed_approval"]
    due_at: datetime
    source: Line = ""
