"""Programs that act on alerts over HTTP, each as itself: the platform of a duty room, a robot of a
chat. Pure.

Nobody can tell who sits before a program, so what it does is recorded as done by the program; the
person, if there is one, stands in the text.
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass

from services.supervision.acts import Kind

MAY: tuple[Kind, ...] = (
    "acknowledgement",
    "comment",
    "action",
    "done",
    "withdrawal",
    "refusal",
)
"""What a program may be allowed. An appeal is the department's, with the department's token."""


@dataclass(frozen=True, kw_only=True)
class Program:
    """A program of people.yaml: what it is called, the region whose alerts it may act on with all
    in it (empty: all there are), what it may do, and the number of its token."""

    key: str
    name: str
    area: str = ""
    may: frozenset[Kind] = frozenset()
    token: int = 1

    @property
    def capacity(self) -> str:
        """What it acts as, in the record."""
        return f"program {self.key}"


def token_of(key: bytes, program: Program) -> str:
    """Its token: HMAC-SHA-256 under the key of the data folder. Another number, or a new key, is
    another token."""
    told = f"act as {program.key} {program.token}"
    return hmac.new(key, told.encode(), hashlib.sha256).hexdigest()


def program_with(key: bytes, programs: Iterable[Program], digest: str) -> Program | None:
    """Which of the programs has the token of this SHA-256, in hexadecimal digits."""
    found = None
    for it in programs:
        own = hashlib.sha256(token_of(key, it).encode()).hexdigest()
        if hmac.compare_digest(own, digest):
            found = it
    return found
