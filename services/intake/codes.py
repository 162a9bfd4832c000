"""Issuing case codes: serials are reserved in blocks, so that no process asks for every one.

A block is committed before its first serial is used and never given out again: what a process that
was killed had not used is lost, and no code is issued twice. A code that was held and not used, as
for an application that was refused, goes to the next one.
"""

import threading
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from services.intake import store
from shared.casecode import CodeParts, Scheme, month_of
from shared.database import Database
from shared.errors import Unavailable
from shared.values import with_changed

BLOCK = 100


class CodesUsedUp(Unavailable):
    """Every code of this region and month is issued; another scheme has room for more."""


@dataclass
class Held:
    """A code for the time of one attempt to hand in; `use` makes it a case's own."""

    code: str
    used: bool = False

    def use(self) -> str:
        self.used = True
        return self.code


class Codes:
    """The codes of one process. `parts` has what a scheme wants beside region, month, serial."""

    def __init__(
        self, database: Database, scheme: Scheme, parts: CodeParts, *, block: int = BLOCK
    ) -> None:
        self.database = database
        self.scheme = scheme
        self.parts = parts
        self.block = block
        self._free: defaultdict[str, deque[int]] = defaultdict(deque)
        self._turn = threading.Lock()

    @contextmanager
    def held(self, region: str, now: datetime) -> Iterator[Held]:
        """A code for an application. Stands outside any transaction: reserving has its own."""
        parts = with_changed(self.parts, region=region, month=month_of(now))
        series = self.scheme.series(parts)
        serial = self._take(series)
        held = Held(self.scheme.compose(with_changed(parts, serial=serial)))
        try:
            yield held
        finally:
            if not held.used:
                self._free[series].appendleft(serial)

    def _take(self, series: str) -> int:
        with self._turn:
            free = self._free[series]
            if not free:
                free.extend(self._reserved(series))
            return free.popleft()

    def _reserved(self, series: str) -> range:
        with self.database.transaction() as tx:
            end = store.reserve_serials(tx, series, self.block)
        block = range(end - self.block, min(end, self.scheme.capacity))
        if not block:
            raise CodesUsedUp(f"every code of the series {series} is issued")
        return block
