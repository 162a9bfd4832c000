"""Settling a batch of deliveries: each has its effect once, is refused, tried again or parked.

The batch is one transaction. When it fails, its halves are tried, and so on, so that a poisonous
message does not take the others down with it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import structlog

from shared.database import storable
from shared.delivery import inbox, parking
from shared.delivery.consumer import Delivery
from shared.delivery.envelope import Envelope, Forged, as_wire, read, sender_of
from shared.delivery.retry import Again, Park, verdict
from shared.delivery.sending import Sending
from shared.delivery.topology import RETRY_DELAYS, retry_key
from shared.delivery.wire import Wire
from shared.delivery.work import Work
from shared.delivery.workplace import Workplace
from shared.errors import Unavailable
from shared.messages import MessageRefused
from shared.messages.codec import Unreadable

log = structlog.get_logger()

Handler = Callable[[Work, Sequence[Envelope]], None]


@dataclass(frozen=True, kw_only=True)
class _Read:
    """A delivery and what became of reading it."""

    delivery: Delivery
    outcome: Envelope | Forged | Unreadable


class Processor:
    """Settles batches for one service. `settle` returns when the deliveries may be acknowledged.

    `repeated` is handed what comes under ids that have had their effect, whatever it says.
    """

    def __init__(
        self,
        workplace: Workplace,
        handler: Handler,
        *,
        repeated: Handler | None = None,
        retry_delays: Sequence[float] = RETRY_DELAYS,
    ) -> None:
        self._workplace = workplace
        self._service = workplace.service
        self._handler = handler
        self._repeated = repeated
        self._delays = retry_delays

    def settle(self, deliveries: Sequence[Delivery]) -> list[Sending]:
        """Give every delivery its effect; returns what is on its way to the broker for it.

        Raises Unavailable (database or broker away) when the effect is not known for all of them;
        the batch can then be settled again, as often as it takes.
        """
        self._sendings: list[Sending] = []
        dead = [it for it in deliveries if it.queue.endswith(".parked")]
        if dead:
            self._park_dead_letters(dead)
        self._settle([self._read(it) for it in deliveries if it not in dead])
        return self._sendings

    def _read(self, delivery: Delivery) -> _Read:
        try:
            return _Read(delivery=delivery, outcome=read(delivery, self._service))
        except (Forged, Unreadable) as error:
            return _Read(delivery=delivery, outcome=error)

    def _settle(self, batch: Sequence[_Read]) -> None:
        """All in one transaction; when that fails, each half of them, down to the one at fault."""
        try:
            self._commit(batch)
        except Unavailable:
            raise
        except Exception as error:
            if len(batch) == 1:
                return self._failed(batch[0].delivery, error)
            log.warning("batch failed; each half is tried", size=len(batch), error=repr(error))
            middle = len(batch) // 2
            self._settle(batch[:middle])
            self._settle(batch[middle:])

    def _commit(self, batch: Sequence[_Read]) -> None:
        with self._work() as work:
            for it in batch:
                if not isinstance(it.outcome, Envelope):
                    self._set_aside(work, it.delivery, it.outcome)
            good = [it.outcome for it in batch if isinstance(it.outcome, Envelope)]
            if envelopes := inbox.fresh(work.transaction, good):
                self._handler(work, envelopes)
            if self._repeated is not None and len(envelopes) < len(good):
                self._repeated(work, inbox.others(good, envelopes))

    def _failed(self, delivery: Delivery, error: Exception) -> None:
        wire, sender = as_wire(delivery, self._service), sender_of(delivery, self._service)
        then = verdict(error, wire.attempt, self._delays)
        facts = {"type": wire.type, "case": wire.case, "attempt": wire.attempt}
        if isinstance(then, Again):
            log.warning("message failed, tried again later", error=repr(error), **facts)
            held = wire.delayed(f"{self._service}.retry", retry_key(then.delay), sender)
            undeliverable = self._hold(held)
            if not undeliverable:
                return
            then = Park(f"{error!r}, and it cannot be tried again later: {undeliverable[0][1]}")
        log.error("message parked", reason=then.reason, **facts)
        with self._work() as work:
            work.park(wire, sender=sender, direction=parking.INCOMING, reason=then.reason)

    def _hold(self, wire: Wire) -> list[tuple[Wire, str]]:
        """Unlike others this message is in no outbox: the broker must have it before it may go."""
        sending = Sending([wire])
        self._workplace.publisher.submit(sending)
        return sending.wait()

    @contextmanager
    def _work(self) -> Iterator[Work]:
        with self._workplace.work() as work:
            yield work
        if work.sending is not None:
            self._sendings.append(work.sending)

    def _set_aside(self, work: Work, delivery: Delivery, error: Forged | Unreadable) -> None:
        wire, sender = as_wire(delivery, self._service), sender_of(delivery, self._service)
        if isinstance(error, Unreadable):
            log.error("message parked", reason=str(error), type=wire.type, sender=sender)
            work.park(wire, sender=sender, direction=parking.INCOMING, reason=str(error))
        elif inbox.remember(
            work.transaction, [inbox.forged_key_of(sender, wire.message_id, wire.body)]
        ):
            log.error("message refused", reason=str(error), type=wire.type, sender=sender)
            work.send(self._refusal(work, wire, sender, str(error)))

    def _refusal(self, work: Work, wire: Wire, sender: str, reason: str) -> MessageRefused:
        return MessageRefused(
            service=self._service,
            at=work.now,
            message_id=wire.message_id[:300],
            message_type=wire.type[:300],
            sender=sender[:300],
            case=wire.case[:300],
            reason=storable(reason)[: parking.LONGEST_REASON],
        )

    def _park_dead_letters(self, deliveries: Sequence[Delivery]) -> None:
        with self._work() as work:
            for delivery in deliveries:
                wire, death = as_wire(delivery, self._service), _death_of(delivery)
                log.error("message parked", reason=death.reason, type=wire.type, case=wire.case)
                work.park(
                    replace(wire, exchange=death.exchange, key=death.key),
                    sender=sender_of(delivery, self._service),
                    direction=death.direction(self._service),
                    reason=death.reason,
                )


@dataclass(frozen=True, kw_only=True)
class _Death:
    """How a message came to be a dead letter: in which queue, and how it had been published."""

    queue: str
    why: str
    exchange: str
    key: str

    @property
    def reason(self) -> str:
        reasons = {
            "rejected": f"the reader of {self.queue} could not make sense of it",
            "delivery_limit": f"the reader of {self.queue} died of it too often",
        }
        return reasons.get(self.why, f"{self.queue}: {self.why}")

    def direction(self, service: str) -> str:
        """Whether the service had been to read the message, or had sent it to somebody else."""
        own = self.queue.startswith(f"{service}.")
        return parking.INCOMING if own else parking.OUTGOING


def _death_of(delivery: Delivery) -> _Death:
    """The broker notes deaths in the header x-death, the last one first."""
    deaths = (delivery.properties.get("application_headers") or {}).get("x-death") or [{}]
    last = deaths[0]
    return _Death(
        queue=str(last.get("queue", "a queue")),
        why=str(last.get("reason", "rejected")),
        exchange=str(last.get("exchange", delivery.exchange)),
        key=str((last.get("routing-keys") or [delivery.key])[0]),
    )
