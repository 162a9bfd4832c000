"""A connection as long as it is in force: what is open is told first, then turn by turn.

Each process notices a change of connections.yaml for itself, within two looks. What came to another
process meanwhile was not noted for a department that has just joined, nor what a transaction took
in that was under way: what is open is therefore looked through once more a minute later.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from services.department.systems import records, store
from services.department.systems.connections import Connection, Http
from shared.delivery.work import Work

ONCE_MORE = 60.0
"""Seconds; longer than any transaction."""
IDLE = 1.0
"""Seconds between the turns of a connection that only waits to be asked."""


class Way(Protocol):
    """What takes its turns: a courier, or an exchange of files."""

    def turn(self) -> float:
        """Do what is due; seconds until the next turn is wanted."""


@dataclass(kw_only=True)
class InForce:
    """One department's connection. `way` is None where the department fetches; `anew` says that
    the connection was declared or changed while the service ran. `steady` is in seconds."""

    connection: Connection
    way: Way | None
    open_work: Callable[[], AbstractContextManager[Work]]
    clock: Callable[[], datetime]
    steady: Callable[[], float]
    anew: bool = False
    looks: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.looks = [0.0, self.steady() + ONCE_MORE]

    def turn(self) -> float:
        """Do what is due; seconds until the next turn is wanted."""
        if self.looks and self.looks[0] <= self.steady():
            self._look_through()
            self.looks = self.looks[1:]
        return self.way.turn() if self.way else IDLE

    def _look_through(self) -> None:
        """What is open is told, asked for and, where the connection is another, tried at once."""
        if self.anew:
            self._try_at_once()
        found = store.PAGE
        while found == store.PAGE:
            with self.open_work() as work:
                found = store.add_open_tasks(
                    work.transaction, self.connection.department, self.clock()
                )
        self._have_asked_for()

    def _try_at_once(self) -> None:
        """What failed may go well now: whoever mended the connection is not kept waiting."""
        self.anew = False
        with self.open_work() as work:
            tx, department, now = work.transaction, self.connection.department, self.clock()
            store.put_forward(tx, department, now)
            line = store.line(tx, department, to_change=True)
            store.keep_line(tx, line.anew())

    def _have_asked_for(self) -> None:
        """Results of what was told before results were asked for."""
        way = self.connection.way
        if not isinstance(way, Http) or way.poll is None:
            return
        found = store.PAGE
        while found == store.PAGE:
            with self.open_work() as work:
                found = records.ask_for_unasked(
                    work.transaction,
                    self.connection.department,
                    self.clock(),
                    each=way.poll.of_each,
                    limit=store.PAGE,
                )
