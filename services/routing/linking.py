"""Links to the content of materials, put on what is handed to a department as it is sent.

Here and not in the rules, because a link is neither a fact of the case nor the same twice.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from shared.errors import Fault, Invalid
from shared.links import signed
from shared.messages import TaskAssigned, TaskSupplemented
from shared.settings import Settings

LASTS = timedelta(days=90)
"""How long a link can be used. Longer than a task is in hand, also one of 45 working days (the
longest limit of the Administrative Licensing Law, article 42) with an extension of 15; what a task
is supplemented with comes with new links. No longer, because whoever has a link can read."""


@dataclass(frozen=True, kw_only=True)
class Links:
    """Where departments reach intake, and the key that intake checks links with."""

    address: str
    key: bytes = field(repr=False)

    @classmethod
    def of(cls, settings: Settings) -> "Links | None":
        """None where the office gives no links; raises Invalid for an address without a key."""
        if not settings.materials_address:
            return None
        key = settings.link_key()
        if key is None:
            problem = "is needed with ONEWINDOW_MATERIALS_ADDRESS; openssl rand -hex 32 makes one"
            raise Invalid(Fault("ONEWINDOW_MATERIALS_KEY", problem))
        return cls(address=settings.materials_address, key=key)

    def put_on(self, message: Any, now: datetime) -> Any:
        """The message with a link on each material, if it is one that hands any to a department."""
        if not isinstance(message, TaskAssigned | TaskSupplemented) or not message.materials:
            return message
        linked = tuple(
            replace(it, link=signed(self.address, self.key, it.digest, it.media_type, now + LASTS))
            for it in message.materials
        )
        return replace(message, materials=linked)
