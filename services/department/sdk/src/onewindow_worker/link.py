"""The thread that keeps a connection to the broker, for ever: heartbeats go on while handlers run.

After a loss it comes back with growing delays. It keeps no messages: whatever was not confirmed
stands in the journal and is sent again after `Connected`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from queue import SimpleQueue

from onewindow_worker.backoff import delay
from onewindow_worker.errors import InvalidSettings
from onewindow_worker.events import Event, Lost
from onewindow_worker.refusals import explain
from onewindow_worker.session import Line, Session
from onewindow_worker.wire import Outgoing

log = logging.getLogger("onewindow_worker")

FIRST_DELAY = 0.5
LONGEST_DELAY = 30.0


class Link:
    """A connection that is made again whenever it is lost, each time by what `line` says then."""

    def __init__(self, line: Callable[[], Line], events: SimpleQueue[Event]) -> None:
        self._asked = line
        self._line = line()
        self._events = events
        self._closing = threading.Event()
        self._session: Session | None = None
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._keep, name="onewindow-link", daemon=True)

    def start(self) -> None:
        """Begin connecting; `Connected` comes as an event."""
        self._thread.start()

    def send(
        self,
        epoch: int,
        *,
        results: Sequence[Outgoing] = (),
        done: Sequence[int] = (),
        rejected: Sequence[int] = (),
    ) -> None:
        """Publish, acknowledge and reject on the connection `epoch`, unless it is gone."""
        session = self._session
        if session is not None and session.epoch == epoch:
            session.send(results, done, rejected)

    def stop_consuming(self) -> None:
        """No more deliveries."""
        if self._session is not None:
            self._session.stop_consuming()

    def close(self) -> None:
        """End it in good order and wait for that; at most ten seconds."""
        with self._lock:
            self._closing.set()
            if self._session is not None:
                self._session.close()
        self._thread.join(timeout=10)

    def _keep(self) -> None:
        epoch = attempt = 0
        while True:
            epoch += 1
            began = time.monotonic()
            self._ask()
            with self._lock:
                if self._closing.is_set():
                    return
                self._session = session = Session(self._line, epoch, self._events)
            reason = session.run()
            self._session = None
            self._events.put(Lost(epoch))
            if self._closing.is_set():
                return
            lasted = time.monotonic() - began
            attempt = 1 if lasted > LONGEST_DELAY else attempt + 1
            self._wait(reason, attempt)

    def _ask(self) -> None:
        try:
            self._line = self._asked()
        except InvalidSettings as error:
            log.warning("%s; the address from before is tried", error)

    def _wait(self, reason: object, attempt: int) -> None:
        seconds = delay(attempt, first=FIRST_DELAY, most=LONGEST_DELAY)
        why = explain(reason, self._line.parameters, self._line.department)
        log.error(
            "Not connected: %s; trying again in %.1f s",
            why,
            seconds,
            extra={"department": self._line.department, "attempt": attempt},
        )
        self._closing.wait(seconds)
