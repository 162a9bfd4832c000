"""One thing that happened to a case, as an event log is written from it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

Said = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Happened:
    """One thing that happened to a case. `kind` is that of a part of the case stream, of a message
    that tells of the time before acceptance, or `alert.raised`; `said` is all of it as JSON values,
    of which few may leave."""

    id: str
    at: datetime
    kind: str
    said: Said

    @property
    def assignment(self) -> str:
        return str(self.said.get("assignment", ""))

    @property
    def department(self) -> str:
        return str(self.said.get("department", ""))
