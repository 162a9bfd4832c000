"""What an applicant is told in writing: what is missing, why the clock stops, the decision,
that it was revoked, what was issued, why it takes longer (article 42), what it was merged into.

Administrative Licensing Law: article 32 (what is missing, all at once), 38 (a refusal with its
reasons), 45 (how long a special procedure takes). Only the applicant may read it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.messages import Change
from shared.messages.codec import to_plain
from shared.messages.ordered import Extended, Merged
from shared.messages.progress import Decided, Issued, Returned, Revoked, SubcaseDecided, Suspended

Notice = Mapping[str, Any]

TOLD = (Returned, Suspended, Decided, Revoked, Issued, Extended, Merged, SubcaseDecided)
SAYS = (
    "kind",
    "task",
    "missing",
    "reason",
    "legal_basis",
    "outcome",
    "reasons",
    "conditions",
    "title",
    "document",
    "amount",
    "unit",
    "into",
    "subcase",
)
"""What of a part of the case stream is for the applicant."""


def notice_of(change: Change, at: datetime) -> Notice | None:
    """The notice that follows from a part of the case stream, if one does."""
    if not isinstance(change, TOLD):
        return None
    plain = to_plain(change)
    return {"at": at.isoformat(), **{name: plain[name] for name in SAYS if name in plain}}
