"""Placing orders about cases, as the commands do that give them: through intake's outbox."""

import os
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from deploy.local.databases import database_of
from services.intake.orders import Said
from shared.businesstime import SETTING, BusinessTime
from shared.delivery import outbox
from shared.delivery.work import Work
from shared.errors import Fault
from shared.messages.orders import LONGEST_NAME, LONGEST_REASON

LONG = ("reason", "legal_basis", "note")


def now() -> datetime:
    """The moment of an order, in the stack's time."""
    return BusinessTime.parse(os.environ.get(SETTING, ""), production=False).now()


def place(
    give: Callable[[Work, str, Said], None],
    codes: Iterable[str],
    said: Said,
    *,
    at: datetime,
    data: Path | None,
) -> None:
    """Give an order (see services/intake/orders.py) about each of the cases, or about none.

    Raises NotFound for a case that was never handed in.
    """
    with database_of("intake", os.environ, data) as database, database.transaction() as tx:
        work = Work(tx, at, "intake")
        for code in codes:
            give(work, code, said)
        outbox.keep(tx, work.wires)  # a running intake sends them within seconds


def faults_in(said: Said) -> list[Fault]:
    """Texts that are missing, or longer than a message takes; a note need not be given."""
    found = []
    for name, text in said.items():
        longest = LONGEST_REASON if name in LONG else LONGEST_NAME
        if not isinstance(text, str) or (name == "note" and len(text) <= longest):
            continue
        if not text.strip() or len(text) > longest:
            found.append(Fault(name, f"must be given, in at most {longest} letters"))
    return found
