"""One piece of work: a transaction, the time, and what is to be sent once it is committed."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from shared.database import storable
from shared.delivery import parking
from shared.delivery.sending import Sending
from shared.delivery.wire import Wire
from shared.messages import MessageParked
from shared.messages.registry import name_of

NOTICE = name_of(MessageParked)


@dataclass
class Work:
    """What a handler is given. `now` is business time; messages go out after the commit."""

    transaction: sa.Connection
    now: datetime
    service: str
    wires: list[Wire] = field(default_factory=list)
    sending: Sending | None = None
    """After the commit: what becomes of the messages; None where there are none."""

    def send(self, *messages: Any) -> None:
        """Have messages sent, in this order, if and only if the transaction commits."""
        self.wires += [Wire.of(message, self.now) for message in messages]

    def park(self, wire: Wire, *, sender: str, direction: str, reason: str) -> None:
        """Set a message aside for a person, and tell supervision."""
        new = parking.park(
            self.transaction, wire, sender=sender, direction=direction, reason=reason, now=self.now
        )
        if wire.type == NOTICE or not new:
            return  # a notice about a notice would never end
        self.send(
            MessageParked(
                service=self.service,
                at=self.now,
                message_id=wire.message_id[:300],
                message_type=wire.type[:300],
                case=wire.case[:300],
                reason=storable(reason)[: parking.LONGEST_REASON],
            )
        )
