"""What an applicant is told in writing: what is missing, why the clock stops, the decision,
that it was revoked, what was issued, why it takes longer (article 42), what it was merged into.

Administrative Licensing Law: article 32 (what is missing, all at once), 38 (a refusal with its
reasons), 45 (how long a special procedure takes). Only the applicant may read it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.intake.review import Reviewed
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


def notices_of(it: Reviewed) -> tuple[Notice, ...]:
    """What the applicant was told before the case was accepted, in order: what must be corrected,
    that it was accepted and from when on, or why not."""
    said, source = it.said, it.said.limit.source
    told: list[Notice] = []
    if said.notified_at:
        missing = [to_plain(one) for one in it.missing]
        notice = {"kind": "correction.notified", "missing": missing, "legal_basis": source}
        told.append({"at": said.notified_at.isoformat(), **notice})
    if said.ended_at and said.accepted_at:
        since = {"accepted_at": said.accepted_at.isoformat(), "deemed": said.ending == "deemed"}
        told.append({"kind": "case.accepted", "at": said.ended_at.isoformat(), **since})
    elif said.ended_at and said.ending == "refused":
        why = {"reasons": list(it.reasons), "legal_basis": source}
        told.append({"kind": "acceptance.refused", "at": said.ended_at.isoformat(), **why})
    return tuple(told)


def notice_of(change: Change, at: datetime) -> Notice | None:
    """The notice that follows from a part of the case stream, if one does."""
    if not isinstance(change, TOLD):
        return None
    plain = to_plain(change)
    return {"at": at.isoformat(), **{name: plain[name] for name in SAYS if name in plain}}
