"""One connection to the broker, from opening to its end, in the thread that calls `run`.

Two channels: one consumes, one publishes with confirms; a refusal on one says what it is about.
Publishing is pipelined: confirms come back as events, many at a time.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from queue import SimpleQueue
from typing import Any, Callable

import pika
from pika import exceptions
from pika.channel import Channel

from onewindow_worker.acks import Acks
from onewindow_worker.events import Confirmed, Connected, Event, TurnedBack
from onewindow_worker.together import TogetherConnection
from onewindow_worker.wire import VERSION, Delivery, Outgoing

log = logging.getLogger("onewindow_worker")

RESULTS = "results"
CONFIRMED_WITHIN = 0.05
"""Seconds within which the worker's loop is told of a confirmation."""

CONFIRMED_AT_ONCE = 200


@dataclass(frozen=True)
class Line:
    """What a connection is for."""

    parameters: pika.ConnectionParameters
    department: str
    app_id: str
    prefetch: int

    @property
    def queue(self) -> str:
        """Where the department's tasks arrive."""
        return f"department.{self.department}"

    @property
    def user(self) -> str:
        """The broker user; the broker checks that messages name it."""
        return str(self.parameters.credentials.username)


class Session:
    """One connection. `send`, `stop_consuming` and `close` may be called from any thread."""

    def __init__(self, line: Line, epoch: int, events: SimpleQueue[Event]) -> None:
        self._line = line
        self._user = line.user
        self.epoch = epoch
        self._events = events
        self._acks = Acks()
        self._unconfirmed: dict[int, str] = {}
        self._returned: set[str] = set()
        self._confirmed: list[str] = []
        self._held_back: list[Outgoing] = []
        self._blocked = False
        self._serial = 0
        self._consumer_tag = ""
        self._consumer: Channel | None = None
        self._publisher: Channel | None = None
        self._end: object = None
        self._over = False
        self._connection = TogetherConnection(
            line.parameters,
            on_open_callback=self._opened,
            on_open_error_callback=self._ended,
            on_close_callback=self._ended,
        )

    def run(self) -> object:
        """Serve until the connection ends; the error that ended it, None after `close`."""
        try:
            self._connection.ioloop.start()
        except Exception as error:
            # whatever it is, the next connection may do better
            self._end = error
        self._over = True
        self._tell_confirmed()
        self._connection.ioloop.close()
        return self._end

    def send(
        self, results: Sequence[Outgoing], done: Sequence[int], rejected: Sequence[int]
    ) -> None:
        """Publish results, acknowledge and reject deliveries. Nothing happens once it is over."""

        def act() -> None:
            with self._connection.together():
                for outgoing in results:
                    self._publish(outgoing)
                self._settle(done, rejected)

        self._soon(act)

    def stop_consuming(self) -> None:
        """No more deliveries; results can still be sent."""

        def act() -> None:
            if self._consumer is not None and self._consumer_tag:
                self._consumer.basic_cancel(self._consumer_tag)

        self._soon(act)

    def close(self) -> None:
        """End it in good order; what is not acknowledged is delivered again."""
        if not self._over:
            self._connection.ioloop.add_callback_threadsafe(self._close)

    def _soon(self, act: Callable[[], None]) -> None:
        def safely() -> None:
            if self._over or not self._connection.is_open:
                return
            try:
                act()
            except (exceptions.AMQPError, exceptions.ChannelError) as error:
                self._fail(error)

        if not self._over:
            self._connection.ioloop.add_callback_threadsafe(safely)

    def _opened(self, connection: Any) -> None:
        connection.add_on_connection_blocked_callback(self._on_blocked)
        connection.add_on_connection_unblocked_callback(self._on_unblocked)
        connection.channel(on_open_callback=self._publisher_opened)

    def _publisher_opened(self, channel: Channel) -> None:
        self._publisher = channel
        channel.add_on_close_callback(self._channel_closed)
        channel.add_on_return_callback(self._on_return)
        channel.confirm_delivery(
            self._on_confirm,
            callback=lambda _ok: self._connection.channel(on_open_callback=self._consumer_opened),
        )

    def _consumer_opened(self, channel: Channel) -> None:
        self._consumer = channel
        channel.add_on_close_callback(self._channel_closed)
        channel.add_on_cancel_callback(self._on_cancelled)
        channel.basic_qos(
            prefetch_count=self._line.prefetch,
            callback=lambda _ok: self._consume(channel),
        )

    def _consume(self, channel: Channel) -> None:
        self._consumer_tag = channel.basic_consume(
            self._line.queue,
            self._on_message,
            callback=lambda _ok: self._events.put(Connected(self.epoch)),
        )

    def _on_message(self, _channel: Any, method: Any, properties: Any, body: bytes) -> None:
        headers = properties.headers or {}
        self._acks.delivered(method.delivery_tag)
        self._events.put(
            Delivery(
                epoch=self.epoch,
                tag=method.delivery_tag,
                message_id=properties.message_id or "",
                type=properties.type or "",
                version=headers.get("schema-version"),
                user_id=properties.user_id or "",
                traceparent=_text(headers.get("traceparent")),
                body=body,
                redelivered=method.redelivered,
            )
        )

    def _publish(self, outgoing: Outgoing) -> None:
        if self._blocked:
            self._held_back.append(outgoing)
            return
        headers: dict[str, Any] = {"schema-version": VERSION}
        if outgoing.traceparent:
            headers["traceparent"] = outgoing.traceparent
        properties = pika.BasicProperties(
            content_type="application/json",
            delivery_mode=2,
            message_id=outgoing.message_id,
            type=outgoing.type,
            correlation_id=outgoing.case,
            timestamp=outgoing.at,
            user_id=self._user,
            app_id=self._line.app_id,
            headers=headers,
        )
        assert self._publisher is not None
        self._publisher.basic_publish(
            RESULTS,
            f"{self._line.department}.{outgoing.type}",
            outgoing.body,
            properties,
            mandatory=True,
        )
        self._serial += 1
        self._unconfirmed[self._serial] = outgoing.message_id

    def _settle(self, done: Iterable[int], rejected: Iterable[int]) -> None:
        assert self._consumer is not None
        for tag in rejected:
            self._acks.rejected(tag)
            self._consumer.basic_reject(tag, requeue=False)
        for tag, multiple in self._acks.settle(done):
            self._consumer.basic_ack(tag, multiple=multiple)

    def _on_confirm(self, frame: Any) -> None:
        method = frame.method
        last = method.delivery_tag
        serials = [last]
        if method.multiple:
            serials = list(takewhile(lambda each: each <= last, self._unconfirmed))
        ids = [self._unconfirmed.pop(each) for each in serials if each in self._unconfirmed]
        refused = isinstance(method, pika.spec.Basic.Nack)
        back = tuple(each for each in ids if refused or each in self._returned)
        taken = tuple(each for each in ids if not refused and each not in self._returned)
        self._returned.difference_update(back)
        if back:
            self._events.put(TurnedBack(back))
        if taken:
            self._confirmed += taken
            if len(self._confirmed) >= CONFIRMED_AT_ONCE:
                self._tell_confirmed()
            elif len(self._confirmed) == len(taken):
                self._connection.ioloop.call_later(CONFIRMED_WITHIN, self._tell_confirmed)

    def _tell_confirmed(self) -> None:
        """Many at a time: the worker's loop need not wake up for each."""
        if self._confirmed:
            self._events.put(Confirmed(tuple(self._confirmed)))
            self._confirmed.clear()

    def _on_return(self, _channel: Any, _method: Any, properties: Any, _body: bytes) -> None:
        # the confirm of a returned message follows its return, and says yes
        self._returned.add(properties.message_id)

    def _on_blocked(self, *_args: Any) -> None:
        log.warning("The broker is short of memory or disk and takes nothing; results wait")
        self._blocked = True

    def _on_unblocked(self, *_args: Any) -> None:
        log.info("The broker takes results again")
        self._blocked = False
        waiting, self._held_back = self._held_back, []
        for outgoing in waiting:
            self._publish(outgoing)

    def _on_cancelled(self, _frame: Any) -> None:
        gone = exceptions.ChannelClosedByBroker(404, f"the queue {self._line.queue} was deleted")
        self._fail(gone)

    def _channel_closed(self, _channel: Any, reason: BaseException) -> None:
        if isinstance(reason, exceptions.ChannelClosedByBroker):
            self._fail(reason)

    def _fail(self, reason: BaseException) -> None:
        self._end = self._end or reason
        if self._connection.is_open:
            self._connection.close()

    def _close(self) -> None:
        if not (self._connection.is_closing or self._connection.is_closed):
            self._connection.close()  # also one that is not open yet: its socket must not stay
        elif not self._over:
            self._connection.ioloop.stop()

    def _ended(self, _connection: Any, reason: BaseException) -> None:
        if self._end is None and not isinstance(reason, exceptions.ConnectionClosedByClient):
            self._end = reason
        self._connection.ioloop.stop()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
