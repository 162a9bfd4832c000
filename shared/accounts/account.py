"""An account and a session, and the rules about them. Pure: `now` is handed in.

A session ends when it is not used for IDLE, at the latest after LONGEST, when its account is
disabled, or when its password changes. These times are of the real clock, also where business time
runs faster: they protect against people who sit down at somebody else's desk.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from shared.errors import Fault, Invalid

Origin = Literal["local", "oidc"]

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
SEEN_AGAIN = timedelta(minutes=1)
"""How old the last use may be before the next one is written down."""

NAME = re.compile(r"[a-z][a-z0-9._-]{1,63}")
SHORTEST, LONGEST_PASSWORD = 10, 200
FEWEST_DIFFERENT = 5
NAME_RULE = "must have 2 to 64 small letters, digits and . _ -, and begin with a letter"
LENGTH_RULE = "must have 10 to 200 characters"
SAME_RULE = "has too few different characters; it is easily guessed"
OWN_NAME_RULE = "must not contain the account's name"
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that look alike on paper: i, l, o, 0, 1."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """Who may sign in. `name` is what they type, `display_name` what others read.

    `unit` is a department or a region. `password_hash` is empty for who signs in elsewhere (origin
    oidc); `subject` is then who they are there.
    """

    name: str
    display_name: str
    unit: str
    roles: tuple[str, ...]
    password_hash: str
    must_change: bool
    origin: Origin = "local"
    subject: str = ""
    made_at: datetime
    disabled_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Session:
    """A signed-in browser. `digest` is the SHA-256 of the id that its cookie holds."""

    digest: str
    account: str
    begun_at: datetime
    seen_at: datetime
    address: str
    browser: str

    def holds(self, now: datetime, idle: timedelta = IDLE, longest: timedelta = LONGEST) -> bool:
        """Whether the session still opens anything."""
        return now - self.seen_at < idle and now - self.begun_at < longest


def first_password() -> str:
    """A password to be shown once and changed at the first sign-in: 16 letters, about 79 bits."""
    groups = ("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


def check_password(password: str, *, name: str) -> None:
    """Raises Invalid for a password that is too easily guessed.

    Length counts, and not which kinds of signs there are (NIST SP 800-63B, 5.1.1.2).
    """
    if not SHORTEST <= len(password) <= LONGEST_PASSWORD:
        raise _unfit(LENGTH_RULE)
    if len(set(password)) < FEWEST_DIFFERENT:
        raise _unfit(SAME_RULE)
    if name in password.lower():
        raise _unfit(OWN_NAME_RULE)


def _unfit(problem: str) -> Invalid:
    return Invalid(Fault("new_password", problem))


def checked_name(name: str) -> str:
    """The name as it is kept; raises Invalid."""
    clean = name.strip().lower()
    if not NAME.fullmatch(clean):
        raise Invalid(Fault("name", NAME_RULE))
    return clean
