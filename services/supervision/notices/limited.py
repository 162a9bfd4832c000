"""One call to an address that ends in time, whatever the far end does."""

from services.supervision.notices.call import LONGEST_CALL, call
from services.supervision.notices.digest import Digest
from services.supervision.notices.notice import NotTaken
from services.supervision.recipients import Address
from shared.web.timelimit import TooLong, within


def call_within(address: Address, digest: Digest, seconds: float = LONGEST_CALL) -> None:
    """Tell an address. Raises NotTaken, also where nothing is heard within so many real seconds."""
    try:
        within(seconds, call, address, digest)
    except TooLong as error:
        raise NotTaken(str(error), unsure=True) from None
