"""The open cases that a process remembers from one look to the next, read before anybody looks."""

from collections.abc import Callable, Mapping
from time import monotonic

import sqlalchemy as sa

from services.supervision.domain import Rules
from services.supervision.open_cases import AT_ONCE, OpenCase, look, news, read

QUICK = 0.05
"""Seconds: a look that takes no longer is taken as often as somebody wants to know."""
STEP = 50
"""Cases that are read in one step, so that whoever else waits for the process waits no longer."""
CATCHING_UP = 0.2
"""The share of its time that a process gives to reading what there is, until it has read it all."""
FOLLOWING = 0.05
"""The share that it gives afterwards to what changes: whoever looks reads what is left of that."""
WATCHING = 0.01
"""The share of its time that it gives to seeing whether there is anything to read."""
DECIDING = ("calendar", "calendars", "policy")
"""Of the rules, those by which lights are worked out."""
LEAST = 1.0
"""Seconds between two such looks, at the least."""


class OpenCases:
    """The memory of one process. Whoever looks is given what is so now; nobody waits for others.
    What was read by rules that others have followed meanwhile is not remembered.

    Where a look takes long, because there are very many cases, the next one is put off, so that no
    more than a fifth of the time goes into looking.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._cases: Mapping[str, OpenCase] = {}
        self._rules: Rules | None = None
        self._unread: list[str] = []
        self._caught_up = False
        self._next = self._rest = 0.0
        self.read = 0
        """Rows of cases that were read in all, for whoever wants to know what a look costs."""

    def now(self, tx: sa.Connection, rules: Rules) -> Mapping[str, OpenCase]:
        """The open cases by code. By other calendars or ladders everything is read anew."""
        began = self._clock()
        if not self._go_by(rules) and began < self._next:
            return self._cases
        known = self._cases
        seen = look(tx, known, rules)
        self.read += seen.read
        if self._rules is not rules:
            return seen.cases
        self._cases = seen.cases
        ended = self._clock()
        slow = ended - began > QUICK and bool(known) and seen.read < AT_ONCE
        self._next = ended + 4 * (ended - began) if slow else 0.0
        return seen.cases

    @property
    def rests(self) -> float:
        """Seconds until `keep_ready` is to be called again."""
        return max(0.0, self._rest - self._clock())

    def keep_ready(self, tx: sa.Connection, rules: Rules) -> None:
        """Take one step towards knowing all open cases, so that whoever looks next need not wait.

        A step is short, and rests follow it, so that nothing else waits for it either.
        """
        began = self._clock()
        self._go_by(rules)
        share, least = (self._read_some if self._unread else self._see_what_is_new)(tx, rules)
        ended = self._clock()
        self._rest = ended + max(least, (ended - began) * (1 / share - 1))

    def _read_some(self, tx: sa.Connection, rules: Rules) -> tuple[float, float]:
        """Read a few; the share of the time that this may take, and the least rest after it."""
        some, self._unread = self._unread[:STEP], self._unread[STEP:]
        found = dict(read(tx, some, rules))
        self.read += len(found)
        if self._rules is rules:
            self._cases = {**self._cases, **found}
        share = FOLLOWING if self._caught_up else CATCHING_UP
        self._caught_up |= not self._unread
        return share, 0.0

    def _see_what_is_new(self, tx: sa.Connection, rules: Rules) -> tuple[float, float]:
        told = news(tx, self._cases)
        if self._rules is rules:
            self._cases, self._unread = told.still_open, told.changed
            self._caught_up |= not told.changed
        return (WATCHING, LEAST) if self._caught_up else (CATCHING_UP, 0.0)

    def _go_by(self, rules: Rules) -> bool:
        """Forget what was worked out by other calendars or ladders; whether it was."""
        before, self._rules = self._rules, rules
        if before and all(getattr(before, it) is getattr(rules, it) for it in DECIDING):
            return False
        self._cases, self._unread, self._caught_up, self._rest = {}, [], False, 0.0
        return True
