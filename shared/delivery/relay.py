"""Sends what a crash or a long outage left in the outbox, and what a person wants sent again."""

import time
from dataclasses import replace

import structlog

from shared.delivery import parking
from shared.delivery.parking import INCOMING, Parked
from shared.delivery.wire import Wire
from shared.delivery.workplace import Workplace
from shared.errors import Unavailable

log = structlog.get_logger()

LEFT_AFTER = 2.0
"""Seconds after which a row counts as left behind; sending takes milliseconds."""

PAUSE = 0.5


class Relay:
    """One a process. `run` is its loop, for a thread of any kind."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace
        self._stopping = False

    def stop(self) -> None:
        """Let `run` return."""
        self._stopping = True

    def run(self) -> None:
        """Look every half second, until stopped; after a reconnection at everything."""
        seen = 0
        while not self._stopping:
            connections = self._workplace.publisher.connections
            try:
                self.once(older_than=LEFT_AFTER if connections == seen else 0.0)
                seen = connections
            except Unavailable as error:
                log.warning("relay waits", error=str(error))
            time.sleep(PAUSE)

    def once(self, *, older_than: float = LEFT_AFTER) -> None:
        """Send what is left behind, oldest first, and settle what became of earlier messages."""
        self._workplace.tidy()
        if not self._workplace.publisher.connected:
            return
        self._redrive()
        while rows := self._workplace.left_behind(older_than=older_than):
            log.info("sending what was left behind", rows=len(rows))
            sendings = [self._workplace.send(row.id, row.wires) for row in rows]
            for sending in sendings:
                sending.wait()
            older_than = max(older_than, LEFT_AFTER)
        self._workplace.tidy()

    def _redrive(self) -> None:
        with self._workplace.database.reading() as tx:
            waiting = bool(parking.asked_for(tx, 1))
        if not waiting:
            return
        with self._workplace.awaited() as work:
            asked = parking.asked_for(work.transaction, 100)
            work.wires += [self._again(it) for it in asked]
            parking.redriven(work.transaction, [it.id for it in asked])

    def _again(self, it: Parked) -> Wire:
        """An incoming message goes through the service's own queue, in its first sender's name."""
        if it.direction == INCOMING:
            exchange = f"{self._workplace.service}.retry"
            return replace(it.wire, exchange=exchange, key="now", attempt=1, vouched_for=it.sender)
        return it.wire
