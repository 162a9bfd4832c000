"""Where people are found, by people.yaml as it is at the moment at which they are told."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from services.supervision.people import People
from services.supervision.recipients import Address


@dataclass(frozen=True, kw_only=True)
class PeopleDirectory:
    """The directory of those in people.yaml, which is followed while it is asked."""

    now_known: Callable[[], People]

    def addresses(self, person: str) -> tuple[Address, ...]:
        """All of a person's addresses; none of a person who is not there any more."""
        found = self.now_known().persons.get(person)
        return found.addresses if found else ()

    def address(self, person: str, channel: str) -> Address | None:
        """The address of a person's channel."""
        return next((it for it in self.addresses(person) if it.channel == channel), None)

    def quiet_until(self, person: str, now: datetime) -> datetime | None:
        """When the quiet hours of a person are over; None outside of them."""
        found = self.now_known().persons.get(person)
        return found.quiet.over(now) if found and found.quiet else None
