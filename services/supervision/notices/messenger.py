"""Tells people what is due: one message for each of their channels, and what became of it.

Three transactions, and none is open while somebody is called: the notices are taken (nobody else
takes them for a minute), the message is sent, and what became of it is written down. A process that
dies in between leaves them taken; after the minute somebody tells them again, with the same id.
"""

import json
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import structlog

from services.supervision import store as supervision
from services.supervision.notices import store
from services.supervision.notices.digest import Digest, digest_of
from services.supervision.notices.notice import GATHER, Due, Notice, NotTaken, gathered
from services.supervision.notices.tables import FAILED, WAITING
from services.supervision.notices.tally import Tally
from services.supervision.notices.unreached import Above, raised_about
from services.supervision.recipients import Address
from shared.delivery.work import Work
from shared.messages import AlertRaised
from shared.messages.codec import decode
from shared.messages.registry import name_of

MOST = 2_000
"""A message is about so many alerts at most; the rest follows in the next."""
ALERT = name_of(AlertRaised)

log = structlog.get_logger()


class Directory(Protocol):
    """Where people are found at the moment at which they are told."""

    def address(self, person: str, channel: str) -> Address | None:
        """The address of a person's channel; None where there is none any more."""

    def quiet_until(self, person: str, now: datetime) -> datetime | None:
        """When the quiet hours of a person are over; None outside of them."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """Some of a person's notices, which make one message."""

    digest: str
    person: str
    some: tuple[Due, ...]

    @property
    def notice(self) -> Notice:
        """Any of them: they are alike in how they are told."""
        return self.some[0].notice

    @property
    def alerts(self) -> list[dict[str, Any]]:
        """Each as its JSON says it."""
        return [json.loads(it.body) for it in self.some]


@dataclass(frozen=True, kw_only=True)
class Messenger:
    """`call` blocks for a limited time and raises NotTaken; `pace` is how many business seconds
    pass in a real one; `above` and `channels` are for alerts that reached nobody."""

    open_work: Callable[[], AbstractContextManager[Work]]
    call: Callable[[Address, Digest], None]
    directory: Directory
    above: Above
    channels: Sequence[str]
    tally: Tally
    pace: float = 1.0
    link: str = ""

    def ripe(self, now: datetime) -> datetime:
        """What was due by then has been gathered long enough at `now`."""
        return now - GATHER * self.pace

    def tell(self, person: str) -> int:
        """Tell a person what is due, message by message; of how many alerts that was."""
        count = 0
        while part := self._take(person):
            self._settle(part, self._send(part))
            count += len(part.some)
        return count

    def _take(self, person: str) -> Part | None:
        """The next message, which is then nobody else's; one at a time, so that none waits for the
        call of another longer than it may be kept."""
        with self.open_work() as work:
            found = store.due(work.transaction, person, work.now, MOST)
            if not any(it.notice.next_at <= self.ripe(work.now) for it in found):
                return None
            parts = gathered(self._but_quiet(work, person, found))
            if not parts:
                return None
            digest = parts[0][0].notice.digest or str(uuid.uuid4())
            taken = [it.notice.taken(digest, work.now, self.pace) for it in parts[0]]
            store.save(work.transaction, taken)
        return Part(digest=digest, person=person, some=parts[0])

    def _but_quiet(self, work: Work, person: str, found: Sequence[Due]) -> list[Due]:
        """What is told now; in quiet hours the rest waits until they are over."""
        end = self.directory.quiet_until(person, work.now)
        if end is None:
            return list(found)
        later = [it.notice.postponed(end) for it in found if not it.notice.urgent]
        store.save(work.transaction, later)
        return [it for it in found if it.notice.urgent]

    def _send(self, part: Part) -> NotTaken | None:
        """Call the person by the channel whose turn it is; why it did not take it."""
        notice = part.notice
        address = self.directory.address(part.person, notice.channel)
        try:
            if address is None:
                raise _no_address(notice)
            self.call(address, digest_of(part.digest, part.person, part.alerts, self.link))
        except NotTaken as error:
            return error
        except Exception as error:
            # Whatever goes wrong with one address, the next channel gets its turn.
            log.exception("an address could not be called", channel=notice.channel)
            return NotTaken(f"it could not be called: {type(error).__name__}")
        return None

    def _settle(self, part: Part, error: NotTaken | None) -> None:
        with self.open_work() as work:
            if error and self._may_doom(part, error, work.now):
                self._settle_last(work, part, error)
            else:
                ids = [it.notice.alert for it in part.some]
                current = store.locked(work.transaction, ids, part.person)
                store.save(work.transaction, list(self._after(work, part, current, error)))
        told = {"person": part.person, "channel": part.notice.channel, "digest": part.digest}
        if error:
            log.warning("not told", **told, alerts=len(part.some), reason=str(error))
        else:
            log.info("told", **told, alerts=len(part.some))
        self.tally.called(part.notice.channel, len(part.some), error)

    def _may_doom(self, part: Part, error: NotTaken, now: datetime) -> bool:
        after = (it.notice.taken("", now, self.pace).failed(error, now, 1.0) for it in part.some)
        return any(it.state == FAILED for it in after)

    def _after(
        self, work: Work, part: Part, current: Mapping[store.Key, Notice], error: NotTaken | None
    ) -> Iterator[Notice]:
        """The notices of a message as they are after it; those that were withdrawn meanwhile, or
        taken by somebody else, stay as they are."""
        for it in part.some:
            notice = current[it.notice.alert, part.person]
            if notice.state == WAITING and notice.digest == part.digest:
                failed = error and notice.failed(error, work.now, self.pace)
                yield failed or notice.told(work.now)

    def _settle_last(self, work: Work, part: Part, error: NotTaken) -> None:
        """As `_settle`, where an alert may have reached nobody. Its cases are locked first, then
        everybody's notices of it: of several processes one sees the last of them fail."""
        tx = work.transaction
        alerts = [decode(ALERT, 1, it.body.encode()) for it in part.some]
        cases = supervision.load(tx, {it.case for it in alerts})
        current = store.locked(tx, [it.alert for it in alerts])
        after = {it.alert: it for it in self._after(work, part, current, error)}
        store.save(tx, list(after.values()))
        about = []
        for alert in alerts:
            every = [
                after.get(key[0], it) if key[1] == part.person else it
                for key, it in current.items()
                if key[0] == alert.alert
            ]
            if alert.alert in after and all(it.state == FAILED for it in every):
                about.append((alert, every))
        raised = raised_about(work, about, cases, above=self.above, channels=self.channels)
        self.tally.unreached(raised)


def _no_address(notice: Notice) -> NotTaken:
    if not notice.person:
        return NotTaken("nobody is there who could be told", final=True)
    if not notice.channels:
        return NotTaken("people.yaml has no address", final=True)
    return NotTaken("people.yaml has no such address any more", final=True)
