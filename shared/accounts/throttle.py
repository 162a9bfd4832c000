"""How long somebody who guesses passwords has to wait. Pure.

The first few wrong passwords cost nothing, for everybody mistypes. After that each one doubles the
wait, for the account as well as for the address they come from: one address that tries many
accounts is held up as much as many addresses that try one. After a quiet day all is forgotten.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.errors import OneWindowError
from shared.web.problems import ProblemType

FREE_OF_AN_ACCOUNT = 5
FREE_OF_AN_ADDRESS = 30
"""A whole office may come from one address."""
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN = timedelta(days=1)
TOO_MANY = ProblemType(key="too-many", status=429, title="Too many wrong passwords")


class TooManyGuesses(OneWindowError):
    """Too many wrong passwords; `wait` is how long nobody may try again."""

    def __init__(self, wait: timedelta) -> None:
        minutes = max(1, -(-int(wait.total_seconds()) // 60))
        super().__init__(f"too many wrong passwords; try again in {minutes} minutes")
        self.wait = wait
        self.values = {"count": minutes}


@dataclass(frozen=True, kw_only=True)
class Guesses:
    """How often a source has failed lately. A source is an account or an address."""

    source: str
    count: int
    last_at: datetime

    @property
    def free(self) -> int:
        """How many failures cost nothing."""
        return FREE_OF_AN_ADDRESS if self.source.startswith("address ") else FREE_OF_AN_ACCOUNT

    def wait(self, now: datetime) -> timedelta:
        """How long the next try has to wait; zero or less when it may be made."""
        beyond = self.count - self.free
        if beyond < 0 or now - self.last_at >= FORGOTTEN:
            return timedelta(0)
        asked: timedelta = min(FIRST_WAIT * (1 << min(beyond, 10)), LONGEST_WAIT)
        return self.last_at + asked - now

    def another(self, now: datetime) -> "Guesses":
        """One more try, which counts until it proves right."""
        count = 0 if now - self.last_at >= FORGOTTEN else self.count
        return Guesses(source=self.source, count=count + 1, last_at=now)


def sources(name: str, address: str) -> tuple[str, str]:
    """What a try counts against."""
    return f"account {name[:64]}", f"address {address[:64]}"
