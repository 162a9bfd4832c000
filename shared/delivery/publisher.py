"""Publishing with the broker's confirmation, pipelined: many messages, one wait.

All that a process sends goes through one publisher with a connection of its own, so that a broker
that blocks publishers does not also hold up acknowledgements. What several callers hand in at the
same time is sent together.
"""

import threading
from collections import deque

import structlog

from shared.delivery.link import BROKER_ERRORS, connect
from shared.delivery.sending import NotSent, Sending
from shared.delivery.session import IN_FLIGHT, Session

__all__ = ["NotSent", "Publisher", "Sending"]

log = structlog.get_logger()

LONGEST_PAUSE = 5.0
IDLE = 1.0
"""How often an idle connection is looked after, in seconds."""


class Publisher:
    """Sends what is submitted. `run` is its loop, for a thread of any kind."""

    def __init__(self, uri: str, *, name: str) -> None:
        self._uri = uri
        self._name = name
        self._waiting: deque[Sending] = deque()
        self._changed = threading.Condition()
        self._session: Session | None = None
        self._stopping = False
        self.connections = 0
        """How often the broker was reached so far; the relay sends what waits after each time."""

    @property
    def connected(self) -> bool:
        """Whether there is a connection that answered lately."""
        return self._session is not None

    def await_connection(self, timeout: float) -> bool:
        """Wait for a connection, `timeout` seconds at most; whether there is one."""
        with self._changed:
            self._changed.wait_for(lambda: self.connected or self._stopping, timeout)
            return self.connected

    def submit(self, sending: Sending) -> None:
        """Hand messages over to be sent; returns at once. Without a connection they fail at once:
        whatever is submitted is finished some time, and none is kept for a later connection."""
        with self._changed:
            if self.connected:
                self._waiting.append(sending)
                self._changed.notify_all()
                return
        sending.finish(NotSent("there is no connection to the broker"))

    def stop(self) -> None:
        """Let `run` return after what was submitted before."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def run(self) -> None:
        """Connect, send, reconnect with growing pauses, until stopped."""
        pause = 0.1
        try:
            while not self._stopping:
                try:
                    self._use(session := Session(connect(self._uri, name=self._name)))
                    pause = 0.1
                    self._serve(session)
                except BROKER_ERRORS as error:
                    log.warning("broker connection lost", error=str(error), retry_in=pause)
                    self._abandon(error)
                    self._rest(pause)
                    pause = min(2 * pause, LONGEST_PAUSE)
        finally:
            self._abandon(NotSent("the process stops"))

    def _use(self, session: Session) -> None:
        with self._changed:
            self._session = session
            self.connections += 1
            self._changed.notify_all()

    def _rest(self, pause: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopping, pause)

    def _serve(self, session: Session) -> None:
        while batch := self._take(session):
            try:
                session.publish(batch)
            except BROKER_ERRORS as error:
                for sending in batch:
                    sending.finish(error)
                raise
            for sending in batch:
                sending.finish()

    def _take(self, session: Session) -> list[Sending]:
        """What was submitted: waits for the first, takes along what else is there."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._stopping, IDLE)
                if self._waiting or self._stopping:
                    return self._next()
            session.idle()

    def _next(self) -> list[Sending]:
        batch: list[Sending] = []
        count = 0
        while self._waiting and count < IN_FLIGHT:
            batch.append(self._waiting.popleft())
            count += len(batch[-1].wires)
        return batch

    def _abandon(self, error: Exception) -> None:
        with self._changed:
            session, self._session = self._session, None
            waiting, self._waiting = self._waiting, deque()
        for sending in waiting:
            sending.finish(error)
        if session is not None:
            session.link.close()
