"""What becomes of a message that could not be handled: tried again later, or parked."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.delivery.topology import RETRY_DELAYS
from shared.errors import Invalid
from shared.messages.codec import Unreadable


@dataclass(frozen=True)
class Again:
    """Try again after `delay` seconds."""

    delay: float


@dataclass(frozen=True)
class Park:
    """Set aside, for this reason."""

    reason: str


def verdict(error: Exception, attempt: int, delays: Sequence[float] = RETRY_DELAYS) -> Again | Park:
    """What follows from the failure of the `attempt`-th try, counted from 1.

    A message that breaks a rule will break it again; anything else may be a matter of time.
    """
    if isinstance(error, (Invalid, Unreadable)):
        return Park(str(error))
    if attempt > len(delays):
        return Park(f"failed {attempt} times, lastly with {type(error).__name__}: {error}")
    return Again(delays[attempt - 1])
