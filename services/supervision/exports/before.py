"""What came before the acceptance of a case, for an event log: received, the notice of what must be
corrected, the applicant's corrections, and how the review ended. Pure.

Intake tells of it beside the case stream, so a trace may have it later than it happened, and in
another order. All of it was before the first step of the case.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime

from services.supervision.exports.happened import Happened, Said
from services.supervision.trace import Entry
from shared.messages import CaseReceived, CorrectionNotified, CorrectionReceived, ReviewEnded
from shared.messages.registry import name_of

RECEIVED, NOTIFIED, CORRECTED, ENDED = (
    name_of(it) for it in (CaseReceived, CorrectionNotified, CorrectionReceived, ReviewEnded)
)
KINDS = (RECEIVED, NOTIFIED, CORRECTED, ENDED)
"""In the order in which they happen; an applicant may correct several times."""


def in_order(entries: Iterable[Entry]) -> list[Happened]:
    """What a trace tells of it."""
    return sorted(_found(entries), key=lambda it: (KINDS.index(it.kind), it.at))


def is_end(it: Happened) -> bool:
    """Whether a case ended here: it was not accepted, or withdrawn before it was."""
    return it.kind == ENDED and it.said["outcome"] in ("refused", "withdrawn")


def _found(entries: Iterable[Entry]) -> Iterator[Happened]:
    for it in entries:
        if it.type in KINDS:
            body = json.loads(it.body)
            received = it.type == RECEIVED
            yield Happened(
                id=f"{it.case}/{it.position}.1",
                at=datetime.fromisoformat(body["review"]["received_at"]) if received else it.at,
                kind=it.type,
                said=_said(it.type, body),
            )


def _said(kind: str, body: Said) -> Said:
    """Of what was missing or corrected only numbers; no department where nobody of it acted."""
    review, officer = body["review"], body.get("by", "")
    silent = kind == ENDED and not officer
    said: Said = {"department": "" if silent else review["lead"], "officer": officer}
    if kind == NOTIFIED:
        return said | {"missing": len(body["missing"])}
    if kind == CORRECTED:
        return said | {name: len(body[name]) for name in ("fields", "materials")}
    return said | {"outcome": review["ending"]}
