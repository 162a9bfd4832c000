"""The receipt that an applicant gets, and the secret on it.

The secret proves later that it is the applicant who supplements or withdraws. It is kept as a
digest, and yet a repeated request gets the same receipt: the secret is made from the applicant's
own Idempotency-Key, which is kept as a digest too, and a random salt of the case. It is 256 bits
from HMAC, so that a plain SHA-256 of it cannot be searched through.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.intake.domain import Office
from shared.messages import Limit
from shared.worktime import due


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What was handed in, when it was accepted, and on which promises.

    Where a clerk looks first, `accepted_at` is None, and `notice_due_at` the moment until which the
    applicant is told what must be corrected, or it counts as accepted.
    """

    case: str
    state: str
    item: str
    item_version: int
    received_at: datetime
    accepted_at: datetime | None
    notice_due_at: datetime | None
    deferrals: tuple[Mapping[str, Any], ...]
    receipt_secret: str

    @property
    def tracking(self) -> str:
        """Where the case can be followed."""
        return f"/cases/{self.case}"


def secret_of(key: str, salt: str) -> str:
    """The secret of the case that was handed in under this Idempotency-Key."""
    made = hmac.digest(salt.encode(), key.encode(), "sha256")
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def digest_of(text: str) -> str:
    """SHA-256 in hex, as secrets and keys are kept."""
    return hashlib.sha256(text.encode()).hexdigest()


def receipt_of(
    case: Mapping[str, Any], secret: str, office: Office, review: Limit | None
) -> Receipt:
    """The receipt of a case's row, with times as the office's clocks show them; `review` is the
    time for a correction notice, where a clerk looks first."""
    received_at = office.calendar.local(case["received_at"])
    calendar = office.of(case["application"]["region"])
    silent = due(received_at, review.amount, "working_days", calendar) if review else None
    return Receipt(
        case=case["code"],
        state="received" if review else "accepted",
        item=case["item"],
        item_version=case["item_version"],
        received_at=received_at,
        accepted_at=None if review else received_at,
        notice_due_at=silent,
        deferrals=tuple(
            {name: deferral[name] for name in ("material", "title", "due_on")}
            for deferral in case["application"]["deferrals"]
        ),
        receipt_secret=secret,
    )
