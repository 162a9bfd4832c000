"""Sends what a crash or a long outage left in the outbox, and what a person wants sent again."""

import threading
import time
from dataclasses import replace

import structlog

from shared.delivery import inbox, parking
from shared.delivery.parking import INCOMING, Parked
from shared.delivery.wire import Wire
from shared.delivery.workplace import Workplace
from shared.errors import Unavailable

log = structlog.get_logger()

LEFT_AFTER = 2.0
"""Seconds after which a row counts as left behind; sending takes milliseconds."""

PAUSE = 1.0
SWEEP = 600.0
"""How often old keys are dropped from the inbox, in seconds."""


class Relay:
    """One a process. `run` is its loop, for a thread of any kind."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace
        self._stopping = threading.Event()
        self._turn = threading.Lock()
        self._swept = time.monotonic()

    def stop(self) -> None:
        """Let `run` return."""
        self._stopping.set()

    def run(self) -> None:
        """Look every second, until stopped."""
        while not self._stopping.is_set():
            try:
                self.once()
                self._sweep()
            except Unavailable as error:
                log.warning("relay waits", error=str(error))
            self._stopping.wait(PAUSE)

    def once(self, *, older_than: float = LEFT_AFTER) -> None:
        """Send what is left behind, oldest first, and settle what became of earlier messages.

        Raises Unavailable when that cannot be done now.
        """
        with self._turn:
            self._workplace.tidy()
            if not self._workplace.publisher.connected:
                return
            self._workplace.catch_up()
            self._redrive()
            self._workplace.send_left_behind(older_than=older_than)

    def _redrive(self) -> None:
        with self._workplace.database.glance() as tx:
            if not parking.any_asked_for(tx):
                return
        with self._workplace.work() as work:
            asked = parking.asked_for(work.transaction, 100)
            work.wires += [self._again(it) for it in asked]
            parking.redriven(work.transaction, [it.id for it in asked])

    def _again(self, it: Parked) -> Wire:
        """An incoming message goes through the service's own queue, in its first sender's name."""
        if it.direction == INCOMING:
            exchange = f"{self._workplace.service}.retry"
            return replace(it.wire, exchange=exchange, key="now", attempt=1, vouched_for=it.sender)
        return it.wire

    def _sweep(self) -> None:
        if time.monotonic() - self._swept < SWEEP:
            return
        with self._workplace.database.transaction() as tx:
            dropped = inbox.forget(tx)
        if dropped < inbox.AT_ONCE:
            self._swept = time.monotonic()
