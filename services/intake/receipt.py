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


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What was accepted, when, and on which promises."""

    case: str
    state: str
    item: str
    item_version: int
    received_at: datetime
    accepted_at: datetime
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


def receipt_of(case: Mapping[str, Any], secret: str, office: Office) -> Receipt:
    """The receipt of a case's row, with times as the office's clocks show them."""
    received_at = office.calendar.local(case["received_at"])
    return Receipt(
        case=case["code"],
        state="accepted",
        item=case["item"],
        item_version=case["item_version"],
        received_at=received_at,
        accepted_at=received_at,
        deferrals=tuple(
            {name: deferral[name] for name in ("material", "title", "due_on")}
            for deferral in case["application"]["deferrals"]
        ),
        receipt_secret=secret,
    )
