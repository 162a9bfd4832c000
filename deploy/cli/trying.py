"""A test message by each of a person's channels, each for a limited time."""

import threading
import time
import uuid
from dataclasses import dataclass

from services.supervision.notices.call import LONGEST_CALL, call, kind_of
from services.supervision.notices.digest import Digest
from services.supervision.notices.notice import NotTaken
from services.supervision.people import Person
from services.supervision.recipients import Address


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What became of it; `seconds` is how long it took."""

    channel: str
    kind: str
    told: bool
    seconds: float
    error: str = ""


def tried(person: Person, longest: float = LONGEST_CALL) -> list[Tried]:
    """Tell a person by all channels, one after the other."""
    return [_tried(address, digest_for(person), longest) for address in person.addresses]


def digest_for(person: Person) -> Digest:
    """The test message."""
    line = f"致 {person.name}：此为渠道测试，无需处理。 / For {person.name}: a test, nothing to do."
    return Digest(
        id=str(uuid.uuid4()),
        person=person.key,
        title="督办渠道测试 / Test of a supervision channel",
        lines=(line,),
        count=1,
        counts={},
        alerts=(),
    )


def _tried(address: Address, digest: Digest, longest: float) -> Tried:
    kind, began = kind_of(address), time.monotonic()
    error = _error(address, digest, longest)
    return Tried(
        channel=address.channel,
        kind=kind,
        told=not error,
        seconds=time.monotonic() - began,
        error=error,
    )


def _error(address: Address, digest: Digest, longest: float) -> str:
    """Why it was not taken; the thread of a call that hangs ends with the command."""
    ended: list[str] = []

    def run() -> None:
        try:
            call(address, digest)
            ended.append("")
        except NotTaken as error:
            ended.append(str(error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(longest)
    return ended[0] if ended else f"nothing was heard within {longest:g} seconds"
