"""What supervision tells the world: alerts, for any system that cares to subscribe."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.messages.parts import Line, Paragraph, Text
from shared.messages.registry import message


def _by_rung(sent: Any) -> str:
    return f"alert.{sent.rung}"


@message("alert.raised", exchange="alerts", sent_by={"supervision"}, key=_by_rung, mandatory=False)
@dataclass(frozen=True, kw_only=True)
class AlertRaised:
    """A rung of a clock's ladder fired, or something needs a person: forged result, parked message.

    `rung` is reminder, yellow, red, head, or refused, parked. `due_at` is None where no clock runs.
    """

    alert: Line
    rung: Line
    at: datetime
    case: Line
    clock: Line
    department: Line
    task: Line
    due_at: datetime | None
    title: Text
    text: Paragraph
