"""Publishing with the broker's confirmation, pipelined: many messages, one wait.

All that a process sends goes through one publisher with a connection of its own, so that a broker
that blocks publishers does not also hold up acknowledgements. What several callers hand in at the
same time is sent together.
"""

import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import amqp
import structlog

from shared.delivery.link import BROKER_ERRORS, Link
from shared.delivery.wire import Wire
from shared.errors import Unavailable

log = structlog.get_logger()

CONFIRM_TIMEOUT = 10.0
LONGEST_PAUSE = 5.0
IN_FLIGHT = 2_000
"""How many messages are sent before their confirmations are waited for."""


class NotSent(Unavailable):
    """The broker did not confirm; the message may have arrived, and must be sent again."""


class Sending:
    """Messages on their way; `wait` for what became of them.

    `then` is called once, by the publisher's thread, when that is known.
    """

    def __init__(
        self, wires: Sequence[Wire], then: Callable[["Sending"], None] = lambda _: None
    ) -> None:
        self.wires = wires
        self.unroutable: list[Wire] = []
        self.error: Exception | None = None
        self._then = then
        self._done = threading.Event()

    def wait(self, timeout: float = 2 * CONFIRM_TIMEOUT) -> list[Wire]:
        """The messages that had no destination; raises NotSent unless the broker has them all."""
        if not self._done.wait(timeout):
            raise NotSent(f"the broker did not confirm within {timeout:g} s")
        if self.error is not None:
            raise NotSent(f"the broker did not take the messages: {self.error}")
        return self.unroutable

    def finish(self, error: Exception | None = None) -> None:
        """Say what became of it and wake whoever waits."""
        self.error = error
        self._then(self)
        self._done.set()


class Publisher:
    """Sends what is submitted. `run` is its loop, for a thread of any kind."""

    def __init__(self, uri: str, *, name: str) -> None:
        self._uri = uri
        self._name = name
        self._waiting: queue.Queue[Sending | None] = queue.Queue()
        self._session: _Session | None = None
        self._stopping = False
        self.connections = 0
        """How often the broker was reached so far."""

    @property
    def connected(self) -> bool:
        """Whether there is a connection that answered lately."""
        return self._session is not None

    def submit(self, sending: Sending) -> None:
        """Hand messages over to be sent; returns at once."""
        if self.connected:
            self._waiting.put(sending)
        else:
            sending.finish(NotSent("there is no connection to the broker"))

    def stop(self) -> None:
        """Let `run` return after what was submitted before."""
        self._stopping = True
        self._waiting.put(None)

    def run(self) -> None:
        """Connect, send, reconnect with growing pauses, until stopped."""
        pause = 0.1
        while not self._stopping:
            try:
                self._session = _Session(Link(self._uri, name=self._name))
                self.connections += 1
                pause = 0.1
                self._serve(self._session)
            except BROKER_ERRORS as error:
                log.warning("broker connection lost", error=str(error), retry_in=pause)
                self._abandon(error)
                time.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
        self._abandon(NotSent("stopped"))

    def _serve(self, session: "_Session") -> None:
        while True:
            batch = self._take()
            if batch is None:
                return
            try:
                session.publish(batch)
            except BROKER_ERRORS as error:
                for sending in batch:
                    sending.finish(error)
                raise
            for sending in batch:
                sending.finish()

    def _take(self) -> list[Sending] | None:
        """What was submitted: waits for the first, takes along what else is there."""
        batch: list[Sending] = []
        count = 0
        while count < IN_FLIGHT:
            try:
                sending = self._waiting.get(block=not batch, timeout=1.0)
            except queue.Empty:
                if batch or self._session is None:
                    break
                self._session.idle()
                continue
            if sending is None:
                return batch or None
            batch.append(sending)
            count += len(sending.wires)
        return batch

    def _abandon(self, error: Exception) -> None:
        if self._session is not None:
            session, self._session = self._session, None
            session.link.close()
        while True:
            try:
                sending = self._waiting.get_nowait()
            except queue.Empty:
                return
            if sending is not None:
                sending.finish(error)


class _Session:
    """One connection's channel in confirm mode."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.channel = link.channel()
        self.channel.confirm_select()
        self.channel.events["basic_ack"].add(self._acked)
        self.channel.events["basic_nack"].add(self._nacked)
        self.channel.events["basic_return"].add(self._returned)
        self._sequence = 0
        self._open: dict[int, str] = {}
        self._unroutable: set[str] = set()
        self._refused = False

    def publish(self, batch: Sequence[Sending]) -> None:
        """Publish all and wait until each is confirmed; notes what was returned as unroutable."""
        self._unroutable.clear()
        self._refused = False
        for sending in batch:
            for wire in sending.wires:
                self._sequence += 1
                self._open[self._sequence] = wire.message_id
                self.channel.basic_publish(
                    _message(wire, self.link.user), wire.exchange, wire.key, wire.mandatory
                )
        self._await_confirms()
        for sending in batch:
            sending.unroutable = [it for it in sending.wires if it.message_id in self._unroutable]

    def idle(self) -> None:
        """Handle what the broker says of itself, and keep the connection alive."""
        while self.link.drain(0):
            pass
        self.link.tick()

    def _await_confirms(self) -> None:
        until = time.monotonic() + CONFIRM_TIMEOUT
        while self._open:
            left = until - time.monotonic()
            if left <= 0:
                raise OSError(f"no confirmation within {CONFIRM_TIMEOUT:g} s")
            self.link.drain(left)
        if self._refused:
            raise OSError("the broker refused a message (negative acknowledgement)")

    def _acked(self, tag: int, multiple: bool) -> None:
        if multiple:
            for open_tag in [it for it in self._open if it <= tag]:
                del self._open[open_tag]
        else:
            self._open.pop(tag, None)

    def _nacked(self, tag: int, multiple: bool) -> None:
        self._refused = True
        self._acked(tag, multiple)

    def _returned(self, _error: Any, _exchange: str, _key: str, message: amqp.Message) -> None:
        self._unroutable.add(message.properties["message_id"])


def _message(wire: Wire, user: str) -> amqp.Message:
    headers: dict[str, Any] = {"schema-version": wire.version, "traceparent": wire.traceparent}
    if wire.vouched_for:
        headers["onewindow-sender"] = wire.vouched_for
        headers["onewindow-attempt"] = wire.attempt
    return amqp.Message(
        wire.body,
        content_type="application/json",
        delivery_mode=2,
        message_id=wire.message_id,
        type=wire.type,
        correlation_id=wire.case,
        timestamp=wire.timestamp,
        user_id=user,
        app_id="onewindow",
        application_headers=headers,
    )
