"""Takes news to a department's HTTP address, and asks it for results. One turn at a time.

No transaction is open while the other side is spoken to. What was taken up is held for as long as
that can take; a process that dies meanwhile leaves it to be told again, under the same id.
"""

import uuid
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from services.department.domain import Task
from services.department.systems import records, signing, store, telling
from services.department.systems.calling import Call, Down, RefusedThere, call
from services.department.systems.connections import Connection, Http
from services.department.systems.news import News, document, pause_after_refusal
from services.department.systems.polling import Polling
from services.department.systems.signing import Key
from shared.delivery.work import Work
from shared.errors import Invalid
from shared.jsontext import text_of

AT_ONCE = 10
"""How much is taken up in a turn."""
IDLE = 0.5
"""Seconds after which to look again."""
SPARE = 5.0
"""Seconds that a turn is held beyond what its requests can take."""

log = structlog.get_logger()

OpenWork = Callable[[], AbstractContextManager[Work]]
Limited = Callable[[float], AbstractContextManager[Any]]
"""A block that takes longer than so many seconds is left with Down."""
Clock = Callable[[], datetime]
"""Real time."""


@dataclass(frozen=True, kw_only=True)
class Courier:
    """The way over HTTP to one department's system."""

    connection: Connection
    open_work: OpenWork
    reading: Callable[[], AbstractContextManager[Any]]
    limited: Limited
    clock: Clock

    @property
    def http(self) -> Http:
        assert isinstance(self.connection.way, Http)
        return self.connection.way

    def turn(self) -> float:
        """Tell what is due and ask for results; seconds until the next turn is wanted."""
        now = self.clock()
        department = self.connection.department
        with self.reading() as tx:
            line = store.line(tx, department)
            due = [it for it in (store.next_due(tx, department), self._next_poll(tx)) if it]
        if not due or min(due) > now:
            return IDLE
        if line.pause(now):
            return min(IDLE, line.pause(now))
        told = self._tell()
        asked = self._ask()
        return 0.0 if told or asked else IDLE

    def _next_poll(self, tx: Any) -> datetime | None:
        if self.http.poll is None:
            return None
        return records.next_poll(tx, self.connection.department)

    def _tell(self) -> int:
        """Tell what is due, until the address fails; how much was taken up."""
        some = self._take_up()
        for place, (news, task) in enumerate(some):
            try:
                self._post(news, document(news, task))
            except Down as error:
                self._failed(news, error, [it for it, _ in some[place + 1 :]])
                break
            except RefusedThere as error:
                self._refused(news, str(error), answered=True)
            except Invalid as error:
                self._refused(news, f"the declared fields do not fit: {error}", answered=False)
            else:
                self._told(news)
        return len(some)

    def _take_up(self) -> list[tuple[News, Task]]:
        now = self.clock()
        with self.open_work() as work:
            line = store.line(work.transaction, self.connection.department, to_change=True)
            if line.pause(now):
                return []  # another process tries it
            alone = line.state(now) == "half-open"
            limit = 1 if alone else AT_ONCE
            hold = limit * self.http.timeout + SPARE
            if alone:
                store.keep_line(work.transaction, line.probing(now, hold))
            return telling.take_up(
                work, self.connection, now, hold=hold, holder=str(uuid.uuid4()), limit=limit
            )

    def _post(self, news: News, told: dict[str, Any]) -> None:
        fields = self.http.fields
        body = text_of(told if fields is None else fields.applied(told)).encode()
        self.request(
            "POST",
            self.http.url,
            body,
            {signing.DELIVERY: news.id, signing.KIND: news.kind},
        )

    def request(self, method: str, url: str, body: bytes, more: dict[str, str]) -> bytes:
        """A signed request; raises Down or RefusedThere."""
        signed = signing.headers(self._key(), body, at=int(self.clock().timestamp()))
        made = Call(
            method=method,
            url=url,
            headers={"Content-Type": "application/json", **signed, **more},
            body=body,
            timeout=self.http.timeout,
            ca=self.http.ca,
        )
        with self.limited(self.http.timeout):
            return call(made)

    def _key(self) -> Key:
        try:
            return self.http.keys.keys()[0]
        except Invalid as error:
            raise Down(f"the secrets cannot be read: {error}") from error

    def _told(self, news: News) -> None:
        now = self.clock()
        with self.open_work() as work:
            telling.told(work, self.connection, [news], now)
            self.answered(work, now)
        log.info("news told", **_facts(news))

    def answered(self, work: Work, now: datetime) -> None:
        """The other side answered: the line is closed, if it was not."""
        line = store.line(work.transaction, self.connection.department, to_change=True)
        if line.failures:
            log.info("line answers again", department=line.department)
        store.keep_line(work.transaction, line.answered(now))

    def _refused(self, news: News, reason: str, *, answered: bool) -> None:
        now = self.clock()
        until = now + timedelta(seconds=pause_after_refusal(news.attempts + 1))
        with self.open_work() as work:
            store.put_off(work.transaction, news, until, reason)
            if answered:
                self.answered(work, now)
        log.warning("news refused by the system", **_facts(news), reason=reason)

    def _failed(self, news: News, error: Down, rest: Sequence[News]) -> None:
        """The line pauses, the news does not: it goes first when the line answers again."""
        now = self.clock()
        with self.open_work() as work:
            store.put_off(work.transaction, news, now, str(error))
            store.give_back(work.transaction, rest, now)
            self.line_failed(work, error, now)

    def line_failed(self, work: Work, error: Down, now: datetime) -> None:
        """The other side did not answer: the line pauses, longer each time."""
        before = store.line(work.transaction, self.connection.department, to_change=True)
        line = before.failed(now, str(error), retry_after=error.retry_after)
        store.keep_line(work.transaction, line)
        log.warning(
            "line failed",
            department=line.department,
            failures=line.failures,
            state=line.state(now),
            reason=str(error),
        )

    def _ask(self) -> int:
        if self.http.poll is None:
            return 0
        return Polling(courier=self, poll=self.http.poll).ask()


def _facts(news: News) -> dict[str, Any]:
    return {
        "department": news.department,
        "assignment": news.assignment,
        "kind": news.kind,
        "delivery": news.id,
        "attempt": news.attempts + 1,
    }
