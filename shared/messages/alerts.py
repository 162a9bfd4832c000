"""What supervision tells the world: alerts, for any system that cares to subscribe."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.messages.parts import Key, Line, Paragraph, Text
from shared.messages.registry import message


def _by_rung(sent: Any) -> str:
    return f"alert.{sent.rung}"


@dataclass(frozen=True, kw_only=True)
class Addressee:
    """A person who is told of an alert by name, and why they are."""

    person: Key
    name: Line
    why: Text


@message("alert.raised", exchange="alerts", sent_by={"supervision"}, key=_by_rung, mandatory=False)
@dataclass(frozen=True, kw_only=True)
class AlertRaised:
    """A rung of a clock's ladder fired, or something needs a person: forged result, parked message.

    `rung` is reminder, yellow, red, head, centre, leadership, or what else alerts: refused, parked,
    calendar, unreached. `due_at` is None where no clock runs. `addressees` are told by name,
    `remarks` say who else should have been and why they are not. Where nobody acknowledges the
    alert by `acknowledge_by`, the next rung fires; `follows` is the alert that nobody had
    acknowledged, or that reached nobody. `policy` is the version of the policy by which it was
    raised; empty where no policy had a say.
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
    addressees: tuple[Addressee, ...] = ()
    remarks: tuple[Text, ...] = ()
    acknowledge_by: datetime | None = None
    follows: Line = ""
    policy: Line = ""
