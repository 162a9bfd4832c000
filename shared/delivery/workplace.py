"""Where work is done: committed with its outbox row, then sent, then the row forgotten."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import structlog

from shared.businesstime import BusinessTime
from shared.database import Database
from shared.delivery import outbox, parking
from shared.delivery.publisher import Publisher
from shared.delivery.sending import NotSent, Sending
from shared.delivery.wire import Wire
from shared.delivery.work import Work

log = structlog.get_logger()

TOGETHER = 100
"""How many rows of the outbox are sent again together."""


class Workplace:
    """The transactions of one process, and what became of what they sent.

    Messages leave in the order of their transactions. When some cannot be sent, those of later
    transactions stay in the outbox behind them, until `catch_up` has sent them all.
    """

    def __init__(
        self, *, service: str, database: Database, time: BusinessTime, publisher: Publisher
    ) -> None:
        self.service = service
        self.database = database
        self.time = time
        self.publisher = publisher
        self._confirmed: list[str] = []
        self._undeliverable: list[tuple[str, list[tuple[Wire, str]]]] = []
        self._under_way: set[str] = set()
        self._behind: set[str] = set()

    @property
    def behind(self) -> bool:
        """Whether messages of this process wait in the outbox because they could not be sent."""
        return bool(self._behind)

    @contextmanager
    def work(self) -> Iterator[Work]:
        """Work whose messages are on their way when the block ends; `sending` says what became
        of them. The row in the outbox vouches for them, so nobody need wait for the broker."""
        with self.database.transaction() as tx:
            work = Work(tx, self.time.now(), self.service)
            yield work
            confirmed, self._confirmed = self._confirmed, []
            outbox.forget(tx, confirmed)
            row = outbox.keep(tx, work.wires)
        if row:
            work.sending = self._send(row, work.wires)

    def catch_up(self) -> None:
        """Send what could not be sent, oldest first; raises NotSent when it still cannot."""
        while self._behind:
            ids = sorted(self._behind)[:TOGETHER]
            with self.database.reading() as tx:
                rows = outbox.rows(tx, ids)
            # A row that is no longer there was sent by another process.
            self._behind.difference_update(set(ids) - {row.id for row in rows})
            self._again(rows)
            self.tidy()

    def send_left_behind(self, *, older_than: float) -> None:
        """Send rows of at least `older_than` seconds that nobody seems to be sending.

        What this process sends at the moment is passed over. Raises NotSent.
        """
        self.tidy()
        after = ""
        while True:
            mine = {*self._under_way, *self._confirmed}
            with self.database.glance() as tx:
                if not outbox.any_left(tx, older_than=older_than, after=after, but=mine):
                    return
            with self.database.transaction() as tx:
                rows = outbox.claim(
                    tx, older_than=older_than, limit=TOGETHER, after=after, but=mine
                )
            if not rows:
                return
            log.info("sending what was left behind", rows=len(rows))
            after = rows[-1].id
            # meanwhile other work of this process may have begun to send some of them
            mine = {*self._under_way, *self._confirmed}
            self._again([row for row in rows if row.id not in mine])
            self.tidy()

    def tidy(self) -> None:
        """Drop confirmed rows where no other work did, and park what cannot be delivered."""
        if not (self._confirmed or self._undeliverable):
            return
        undeliverable, self._undeliverable = self._undeliverable, []
        with self.work() as work:
            for row, wires in undeliverable:
                for wire, reason in wires:
                    log.error("message parked", reason=reason, type=wire.type, case=wire.case)
                    work.park(wire, sender=self.service, direction=parking.OUTGOING, reason=reason)
                outbox.forget(work.transaction, [row])

    def _send(self, row: str, wires: Sequence[Wire]) -> Sending:
        if not self._behind:
            return self._submit(row, wires)
        self._behind.add(row)
        waits = Sending(wires)
        waits.finish(NotSent("earlier messages come first"))
        return waits

    def _submit(self, row: str, wires: Sequence[Wire]) -> Sending:
        self._under_way.add(row)
        sending = Sending(wires, then=lambda sent: self._settle(row, sent))
        self.publisher.submit(sending)
        return sending

    def _again(self, rows: Sequence[outbox.Unsent]) -> None:
        failed = [it for it in [self._submit(row.id, row.wires) for row in rows] if it.failed()]
        if failed:
            failed[0].wait()

    def _settle(self, row: str, sent: Sending) -> None:
        """Called by the publisher. A row goes with the next transaction, or when it is parked."""
        self._under_way.discard(row)
        if sent.error is not None:
            self._behind.add(row)
            return
        self._behind.discard(row)
        if sent.undeliverable:
            self._undeliverable.append((row, sent.undeliverable))
        else:
            self._confirmed.append(row)
