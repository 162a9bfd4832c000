"""Whom the alerts of a replay would have reached, and when. Pure.

A department of the log is known by a key as people.yaml and policies.yaml spell one: `Customer
contact` is `customer-contact`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from services.supervision.duty import Place, Told, told
from services.supervision.people import People
from services.supervision.policies import Policy
from services.supervision.recipients import Recipient
from services.supervision.replay import Alert
from services.supervision.rungs import Written
from shared.lights import Ladder
from shared.messages.parts import Text
from shared.worktime import NATION, Calendar

KIND = "promised"
"""The due date of a log is watched as the limit that was promised."""


@dataclass(frozen=True, kw_only=True)
class Telling:
    """A person who would have been told of an alert: `at` is after their quiet hours, `rung` the
    one whose people they are, `channels` are in the order in which they are tried."""

    alert: Alert
    at: datetime
    person: str
    name: str
    rung: str
    channels: tuple[str, ...]
    why: Text

    @property
    def quiet(self) -> bool:
        """Whether quiet hours held it up."""
        return self.at > self.alert.at


@dataclass(frozen=True, kw_only=True)
class Untold:
    """An alert that names nobody, and why; no reason where the policy names nobody."""

    alert: Alert
    reasons: tuple[Text, ...]


@dataclass(frozen=True, kw_only=True)
class Rulings:
    """What says who is told: the policy and the people, for cases of `region`."""

    policy: Policy
    people: People
    region: str = NATION

    def ladder(self, department: str) -> Ladder:
        """The rungs of the limit, for a department of the log."""
        return self.written(department).climbed

    def written(self, department: str) -> Written:
        """What the policy says of each of them."""
        own = self.policy.of(self.region)
        return own.written(KIND, item="", department=key_of(department))

    def tellings(self, alerts: Iterable[Alert], calendar: Calendar) -> Iterator[Telling | Untold]:
        """Who is told of each alert, in the order of the alerts."""
        for alert in alerts:
            yield from self._of(alert, calendar)

    def following(self, alert: Alert, calendar: Calendar) -> tuple[datetime, str] | None:
        """When which rung follows if nobody acknowledges; None where nothing is to follow."""
        ladder = self.written(alert.department)
        within, above = ladder.rung(alert.rung).acknowledge, ladder.after(alert.rung)
        if within is None or above is None or self._answer(alert, calendar).skipped:
            return None
        return within.end(alert.at, calendar), above.name

    def _of(self, alert: Alert, calendar: Calendar) -> Iterator[Telling | Untold]:
        answer = self._answer(alert, calendar)
        for recipient in answer.recipients:
            yield _telling(alert, answer.rung, recipient)
        if not answer.recipients:
            yield Untold(alert=alert, reasons=answer.remarks)

    def _answer(self, alert: Alert, calendar: Calendar) -> Told:
        place = Place(department=key_of(alert.department), region=self.region)
        ladder, here = self.written(alert.department), calendar.local(alert.at)
        return told(alert.rung, ladder, self.people, place, here)


def key_of(department: str) -> str:
    """The key of a department of a log: lower case, a hyphen for all that is no letter or digit."""
    return re.sub(r"[^a-z0-9]+", "-", department.lower()).strip("-")


def _telling(alert: Alert, rung: str, recipient: Recipient) -> Telling:
    return Telling(
        alert=alert,
        at=recipient.not_before or alert.at,
        person=recipient.person,
        name=recipient.name,
        rung=rung,
        channels=tuple(it.channel for it in recipient.addresses),
        why=recipient.why,
    )
