"""What the services know of every case code, each read from its own database through its store.

The order matters while the stack runs: what was read first is older, so that a reader is never
ahead of what it reads.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path

import sqlalchemy as sa

from deploy.reconcile.balance import Balance, Books, Parked, Standing, balance
from services.intake import tables as intake
from services.intake.tracking import Track
from services.routing import store as routing
from services.supervision import tables as supervision
from shared.database import Database
from shared.delivery import parking
from shared.delivery.tables import outbox
from shared.delivery.topology import SERVICES

NOT_YET = Track(case="").state
"""What intake says of a case of which routing has not said anything yet."""

Waiting = Callable[[], Mapping[str, int]]
"""How many messages wait in the broker for each service."""


class Ledgers:
    """The databases of all services, opened for reading: SQLite in `data`, or `url`."""

    def __init__(self, *, data: Path, url: str = "") -> None:
        self._opened = ExitStack()
        self._of: dict[str, Database] = {}
        for service in SERVICES:
            self._of[service] = database = Database.open(service, url=url, data=data)
            self._opened.callback(database.close)

    def __enter__(self) -> "Ledgers":
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def read(self, waiting: Waiting = dict) -> Books:
        """Everything that the balance needs. Raises DatabaseAway."""
        issued, followed = self._standings("intake"), self._standings("supervision")
        return Books(
            intake=issued,
            supervision=followed,
            routing=self._standings("routing"),
            unsent={service: self._unsent(service) for service in SERVICES},
            waiting=waiting(),
            parked=self._parked(),
        )

    def unsent(self) -> dict[str, int]:
        """How many rows stand in each outbox."""
        return {service: self._count(service, outbox) for service in SERVICES}

    def parked(self) -> list[str]:
        """A sentence about every message that waits for a person."""
        return [
            f"{it.type} of {it.case} in {service}: {it.reason}"
            for service in SERVICES
            for it in self._parked_in(service)
            if it.state == "parked"
        ]

    def _standings(self, service: str) -> dict[str, Standing]:
        with self._of[service].reading() as tx:
            rows = tx.execute(_STANDINGS[service])
            return {
                row.code: Standing(number=row.number or 0, state=row.state or NOT_YET)
                for row in rows
            }

    def _unsent(self, service: str) -> frozenset[str]:
        with self._of[service].reading() as tx:
            rows = tx.execute(sa.select(outbox.c.messages)).scalars().all()
        return frozenset(wire["case"] for messages in rows for wire in messages)

    def _parked(self) -> dict[str, tuple[Parked, ...]]:
        found: dict[str, list[Parked]] = defaultdict(list)
        for service in SERVICES:
            for it in self._parked_in(service):
                about = Parked(service=service, type=it.type, state=it.state)
                found[it.case].append(about)
        return {code: tuple(some) for code, some in found.items()}

    def _parked_in(self, service: str) -> Iterable[parking.Parked]:
        """What was set aside and does not go on by itself: discarded messages too."""
        with self._of[service].reading() as tx:
            return [it for it in parking.listed(tx, every=True) if it.state != "redriven"]

    def _count(self, service: str, table: sa.Table) -> int:
        with self._of[service].reading() as tx:
            return int(tx.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


_STANDINGS: Mapping[str, sa.Select[tuple[str, int | None, str | None]]] = {
    "intake": sa.select(
        intake.cases.c.code,
        intake.tracks.c.number,
        sa.func.coalesce(intake.tracks.c.state, intake.reviews.c.state).label("state"),
    )
    .outerjoin_from(intake.cases, intake.tracks, intake.tracks.c.case_code == intake.cases.c.code)
    .outerjoin(intake.reviews, intake.reviews.c.case_code == intake.cases.c.code),
    "routing": sa.select(routing.cases.c.code, routing.cases.c.number, routing.cases.c.state),
    "supervision": sa.select(
        supervision.cases.c.code, supervision.cases.c.number, supervision.cases.c.state
    ),
}


def reconcile(
    ledgers: Ledgers, waiting: Waiting = dict, *, looks: int = 4, pause: float = 0.5
) -> Balance:
    """The balance. While cases move, one look may see a message between two tables, so what does
    not balance is looked at again, `pause` seconds later."""
    for look in range(looks):
        if look:
            time.sleep(pause)
        found = balance(ledgers.read(waiting))
        if found.balanced:
            break
    return found
