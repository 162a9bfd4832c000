"""Settling a batch of deliveries: each has its effect once, is refused, tried again or parked.

The batch is one transaction. When it fails, its messages are tried one by one, so that a poisonous
message does not take the others down with it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import structlog

from shared.delivery import inbox, parking
from shared.delivery.consumer import Delivery
from shared.delivery.envelope import Envelope, Forged, as_wire, read, sender_of
from shared.delivery.publisher import NotSent, Sending
from shared.delivery.retry import Park, verdict
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
class Bad:
    """A delivery that reaches no handler."""

    delivery: Delivery
    error: Forged | Unreadable


class Processor:
    """Settles batches for one service. `settle` returns when the deliveries may be acknowledged."""

    def __init__(
        self,
        workplace: Workplace,
        handler: Handler,
        *,
        retry_delays: Sequence[float] = RETRY_DELAYS,
    ) -> None:
        self._workplace = workplace
        self._service = workplace.service
        self._handler = handler
        self._delays = retry_delays

    def settle(self, deliveries: Sequence[Delivery]) -> None:
        """Give every delivery its effect.

        Raises Unavailable (database or broker away) when that is not known for all of them; the
        batch can then be settled again, as often as it takes.
        """
        dead = [it for it in deliveries if it.queue.endswith(".parked")]
        if dead:
            self._park_dead_letters(dead)
            deliveries = [it for it in deliveries if it not in dead]
        outcomes = [self._read(delivery) for delivery in deliveries]
        good = [it for it in outcomes if isinstance(it, Envelope)]
        bad = [it for it in outcomes if isinstance(it, Bad)]
        try:
            self._commit(good, bad)
        except Unavailable:
            raise
        except Exception as error:
            log.warning("batch failed; its messages are tried one by one", error=repr(error))
            self._one_by_one(deliveries)

    def _read(self, delivery: Delivery) -> Envelope | Bad:
        try:
            return read(delivery, self._service)
        except (Forged, Unreadable) as error:
            return Bad(delivery=delivery, error=error)

    def _commit(self, good: Sequence[Envelope], bad: Sequence[Bad]) -> None:
        with self._workplace.awaited() as work:
            for it in bad:
                self._set_aside(work, it)
            envelopes = inbox.fresh(work.transaction, good, work.now)
            if envelopes:
                self._handler(work, envelopes)

    def _one_by_one(self, deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            outcome = self._read(delivery)
            try:
                if isinstance(outcome, Bad):
                    self._commit([], [outcome])
                else:
                    self._commit([outcome], [])
            except Unavailable:
                raise
            except Exception as error:
                self._failed(delivery, error)

    def _failed(self, delivery: Delivery, error: Exception) -> None:
        wire = as_wire(delivery)
        sender = sender_of(delivery, self._service)
        then = verdict(error, wire.attempt, self._delays)
        facts = {"type": wire.type, "case": wire.case, "attempt": wire.attempt}
        if isinstance(then, Park):
            log.error("message parked", reason=then.reason, **facts)
            with self._workplace.awaited() as work:
                work.park(wire, sender=sender, direction=parking.INCOMING, reason=then.reason)
            return
        log.warning("message failed, tried again later", error=repr(error), **facts)
        self._hold(wire.delayed(f"{self._service}.retry", retry_key(then.delay), sender))

    def _hold(self, wire: Wire) -> None:
        sending = Sending([wire])
        self._workplace.publisher.submit(sending)
        if sending.wait():
            raise NotSent(f"there is no delay queue {wire.exchange}.{wire.key}")

    def _set_aside(self, work: Work, bad: Bad) -> None:
        wire = as_wire(bad.delivery)
        sender = sender_of(bad.delivery, self._service)
        if isinstance(bad.error, Unreadable):
            log.error("message parked", reason=str(bad.error), type=wire.type, sender=sender)
            work.park(wire, sender=sender, direction=parking.INCOMING, reason=str(bad.error))
        elif inbox.remember(work.transaction, [inbox.key_of(sender, wire.message_id)], work.now):
            log.error("message refused", reason=str(bad.error), type=wire.type, sender=sender)
            work.send(self._refusal(work, wire, sender, str(bad.error)))

    def _refusal(self, work: Work, wire: Wire, sender: str, reason: str) -> MessageRefused:
        return MessageRefused(
            service=self._service,
            at=work.now,
            message_id=wire.message_id[:300],
            message_type=wire.type[:300],
            sender=sender[:300],
            case=wire.case[:300],
            reason=reason,
        )

    def _park_dead_letters(self, deliveries: Sequence[Delivery]) -> None:
        with self._workplace.awaited() as work:
            for delivery in deliveries:
                wire, reason = as_wire(delivery), _death_of(delivery)
                log.error("message parked", reason=reason, type=wire.type, case=wire.case)
                sender = sender_of(delivery, self._service)
                direction = parking.OUTGOING if sender == self._service else parking.INCOMING
                work.park(
                    _as_first_sent(delivery, wire),
                    sender=sender,
                    direction=direction,
                    reason=reason,
                )


def _death_of(delivery: Delivery) -> str:
    deaths = (delivery.properties.get("application_headers") or {}).get("x-death") or [{}]
    queue, why = deaths[0].get("queue", "a queue"), deaths[0].get("reason", "rejected")
    reasons = {
        "rejected": f"the reader of {queue} could not make sense of it",
        "delivery_limit": f"the reader of {queue} died of it too often",
        "expired": f"it lay in {queue} for too long",
    }
    return reasons.get(str(why), f"{queue}: {why}")


def _as_first_sent(delivery: Delivery, wire: Wire) -> Wire:
    """With the exchange and key under which the message was published before it died."""
    deaths = (delivery.properties.get("application_headers") or {}).get("x-death") or [{}]
    keys = deaths[0].get("routing-keys") or [wire.key]
    return replace(wire, exchange=str(deaths[0].get("exchange", wire.exchange)), key=str(keys[0]))
