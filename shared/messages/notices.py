"""What any service tells supervision about messages that did not count or could not be handled."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.messages.parts import Line, Paragraph
from shared.messages.registry import message

SERVICES = {"intake", "routing", "department", "supervision"}


def _by_service(sent: Any) -> str:
    return f"{sent.service}.notice"


@message("message.refused", exchange="notices", sent_by=SERVICES, key=_by_service)
@dataclass(frozen=True, kw_only=True)
class MessageRefused:
    """A message was refused: forged, without an identity, or from somebody who may not send it."""

    service: Line
    at: datetime
    message_id: Line
    message_type: Line
    sender: Line
    case: Line
    reason: Paragraph


@message("message.parked", exchange="notices", sent_by=SERVICES, key=_by_service)
@dataclass(frozen=True, kw_only=True)
class MessageParked:
    """A message was set aside for a person, who finds it in the service's parked messages."""

    service: Line
    at: datetime
    message_id: Line
    message_type: Line
    case: Line
    reason: Paragraph
