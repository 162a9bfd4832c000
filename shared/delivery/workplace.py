"""Where work is done: committed with its outbox row, then sent, then the row forgotten."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import structlog

from shared.businesstime import BusinessTime
from shared.database import Database
from shared.delivery import outbox, parking
from shared.delivery.publisher import Publisher, Sending
from shared.delivery.wire import Wire
from shared.delivery.work import Work

log = structlog.get_logger()


class Workplace:
    """The transactions of one process, and what became of what they sent."""

    def __init__(
        self, *, service: str, database: Database, time: BusinessTime, publisher: Publisher
    ) -> None:
        self.service = service
        self.database = database
        self.time = time
        self.publisher = publisher
        self._confirmed: list[str] = []
        self._returned: list[tuple[str, list[Wire]]] = []
        self._under_way: set[str] = set()

    @contextmanager
    def work(self) -> Iterator[Work]:
        """Work whose messages are on their way when the block ends.

        They are sent without waiting for the broker: the row in the outbox vouches for them.
        """
        with self._committed() as (work, rows):
            yield work
        for row in rows:
            self.send(row, work.wires)

    @contextmanager
    def awaited(self) -> Iterator[Work]:
        """Work whose messages the broker has confirmed when the block ends.

        Raises NotSent where it did not: the work is committed all the same and the relay sends it.
        """
        with self._committed() as (work, rows):
            yield work
        for row in rows:
            self.send(row, work.wires).wait()

    def send(self, row: str, wires: Sequence[Wire]) -> Sending:
        """Send the messages of an outbox row that is committed."""
        self._under_way.add(row)
        sending = Sending(wires, then=lambda sent: self._settle(row, sent))
        self.publisher.submit(sending)
        return sending

    def left_behind(self, *, older_than: float, limit: int = 100) -> list[outbox.Unsent]:
        """Rows that nobody seems to be sending; taken, so that other relays pass them over."""
        with self.database.transaction() as tx:
            rows = outbox.claim(tx, older_than=older_than, limit=limit)
        return [row for row in rows if row.id not in self._under_way]

    def tidy(self) -> None:
        """Drop confirmed rows where no other work did, and park what had no destination."""
        if not (self._confirmed or self._returned):
            return
        returned, self._returned = self._returned, []
        with self.work() as work:
            for row, wires in returned:
                for wire in wires:
                    log.error("message has no destination", type=wire.type, key=wire.key)
                    reason = f"no queue is bound to {wire.exchange} for {wire.key}"
                    work.park(wire, sender=self.service, direction=parking.OUTGOING, reason=reason)
                outbox.forget(work.transaction, [row])

    @contextmanager
    def _committed(self) -> Iterator[tuple[Work, list[str]]]:
        rows: list[str] = []
        with self.database.transaction() as tx:
            work = Work(tx, self.time.now(), self.service)
            yield work, rows
            confirmed, self._confirmed = self._confirmed, []
            outbox.forget(tx, confirmed)
            row = outbox.keep(tx, work.wires)
        if row:
            rows.append(row)

    def _settle(self, row: str, sent: Sending) -> None:
        """Called by the publisher. The row goes with the next transaction, or when it is parked."""
        self._under_way.discard(row)
        if sent.error is None and sent.unroutable:
            self._returned.append((row, sent.unroutable))
        elif sent.error is None:
            self._confirmed.append(row)
