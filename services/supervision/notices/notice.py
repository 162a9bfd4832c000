"""A notice: one alert and one person who is to be told of it. What becomes of it, in pure rules.

    waiting -> told          a channel took it
            -> failed        each of the person's channels failed so many times
            -> withdrawn     it need not be told any more

A channel that fails is tried again after a pause that grows; then it is the next channel's turn.
Pauses are about other people's machines, so they are real time: `pace` is how many business seconds
pass in a real one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

from services.supervision.deliveries import pause_after
from services.supervision.notices.tables import FAILED, TOLD, WAITING
from services.supervision.recipients import Recipient
from shared.errors import OneWindowError
from shared.messages.parts import Text

ATTEMPTS = 3
"""How often a channel is tried before it is the next one's turn."""
GATHER = timedelta(seconds=3)
"""What is raised within this time is told together. Robots of chats take 20 messages a minute."""
LEASE = timedelta(seconds=60)
"""For so long a notice belongs to the process that is telling it; if that dies, to the next."""
LONGEST_ERROR = 300
NOBODY = ""
"""The person of an alert for which nobody is on duty."""


class NotTaken(OneWindowError):
    """An address did not take a message: the sentence says why, and names no address or token.

    `final`: another attempt is of no use. `unsure`: it may have been taken nevertheless.
    """

    def __init__(self, message: str, *, final: bool = False, unsure: bool = False) -> None:
        super().__init__(message)
        self.final = final
        self.unsure = unsure


@dataclass(frozen=True, kw_only=True)
class Notice:
    """An alert, by its id, and a person who is to be told of it.

    `channels` are in the order in which they are tried, `place` is the one whose turn it is, and
    `attempts` how often it was tried. `digest` is the message of which the notice is a part and of
    which nobody knows whether it arrived; empty before. An `urgent` one breaks quiet hours.
    """

    alert: str
    person: str
    name: str
    why: Text
    channels: tuple[str, ...]
    queued_at: datetime
    next_at: datetime
    place: int = 0
    attempts: int = 0
    urgent: bool = False
    digest: str = ""
    state: str = WAITING
    told_at: datetime | None = None
    error: str = ""

    @property
    def channel(self) -> str:
        """The channel whose turn it is, or that told it; empty where the person has none."""
        return self.channels[self.place] if self.channels else ""

    def taken(self, digest: str, now: datetime, pace: float) -> "Notice":
        """Part of a message that is about to be sent; nobody else sends it meanwhile."""
        return replace(self, attempts=self.attempts + 1, digest=digest, next_at=now + LEASE * pace)

    def postponed(self, until: datetime) -> "Notice":
        """To be told later."""
        return replace(self, next_at=until)

    def told(self, now: datetime) -> "Notice":
        """The channel took it."""
        return replace(self, state=TOLD, told_at=now, error="")

    def failed(self, error: NotTaken, now: datetime, pace: float) -> "Notice":
        """The channel did not take it: again later, or the next channel, or none is left.

        One that may have been taken stays part of the same message, so that a receiver can tell
        the repeat; any other may be told together with what has come since.
        """
        said = replace(self, error=str(error)[:LONGEST_ERROR], digest="")
        if self.attempts < ATTEMPTS and not error.final:
            pause = pause_after(max(1, self.attempts)) * pace
            return replace(said, next_at=now + pause, digest=self.digest if error.unsure else "")
        if self.place + 1 < len(self.channels):
            return replace(said, place=self.place + 1, attempts=0, next_at=now)
        return replace(said, state=FAILED)


def notice_of(alert: str, recipient: Recipient, now: datetime) -> Notice:
    """The notice of an alert for one of its recipients."""
    return Notice(
        alert=alert,
        person=recipient.person,
        name=recipient.name,
        why=recipient.why,
        channels=tuple(dict.fromkeys(it.channel for it in recipient.addresses)),
        queued_at=now,
        next_at=max(now, recipient.not_before or now),
        urgent=recipient.breaks_quiet,
    )


def notice_of_nobody(alert: str, now: datetime) -> Notice:
    """The notice of an alert for which nobody is on duty: it fails at once."""
    why = Text(zh="无人值守", en="nobody is on duty")
    return Notice(
        alert=alert, person=NOBODY, name="", why=why, channels=(), queued_at=now, next_at=now
    )


def notices_of(recipients: Mapping[str, Sequence[Recipient]], now: datetime) -> Iterator[Notice]:
    """The notices of alerts, by id, each with those who are to be told of it. None at all: nobody
    is there who should be."""
    for alert, those in recipients.items():
        if not those:
            yield notice_of_nobody(alert, now)
        yield from (notice_of(alert, it, now) for it in those)


@dataclass(frozen=True, kw_only=True)
class Due:
    """A notice whose moment has come, with the JSON of its alert."""

    notice: Notice
    body: str


def gathered(due: Iterable[Due]) -> list[tuple[Due, ...]]:
    """Notices of one person as the messages that they make: one for each channel, and each message
    of which nobody knows whether it arrived again as it was."""

    def message(it: Due) -> tuple[str, str]:
        return (it.notice.channel, it.notice.digest)

    return [tuple(some) for _message, some in groupby(sorted(due, key=message), key=message)]
