"""What becomes of a message that could not be handled: tried again later, or parked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.delivery.topology import RETRY_DELAYS
from shared.errors import Fault, Invalid
from shared.messages.codec import Unreadable

DELAYS = "ONEWINDOW_RETRY_DELAYS"


@dataclass(frozen=True)
class Again:
    """Try again after `delay` seconds."""

    delay: float


@dataclass(frozen=True)
class Park:
    """Set aside, for this reason."""

    reason: str


def delays_from(environ: Mapping[str, str]) -> tuple[float, ...]:
    """ONEWINDOW_RETRY_DELAYS, seconds with commas between, for which the topology must have been
    made as well; the topology's own unless set. Raises Invalid."""
    text = environ.get(DELAYS, "")
    try:
        delays = tuple(float(part) for part in text.split(",")) if text else RETRY_DELAYS
    except ValueError:
        delays = ()
    if not delays or not all(0 < delay < 86_400 for delay in delays):
        raise Invalid(Fault(DELAYS, f"{text!r} is not a list of seconds such as 1,5,30"))
    return delays


def verdict(error: Exception, attempt: int, delays: Sequence[float] = RETRY_DELAYS) -> Again | Park:
    """What follows from the failure of the `attempt`-th try, counted from 1.

    A message that breaks a rule will break it again; anything else may be a matter of time.
    """
    if isinstance(error, (Invalid, Unreadable)):
        return Park(str(error))
    if attempt > len(delays):
        return Park(f"failed {attempt} times, lastly with {type(error).__name__}: {error}")
    return Again(delays[attempt - 1])
