"""Hashes of passwords: argon2id, slow on purpose (RFC 9106, second recommended parameters).

One hash takes some 40 milliseconds of a core: in a service that must not stop everybody else, so
there it is done in a thread of its own (`shared.web.blocking`).
"""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1)


def hashed(password: str) -> str:
    """What is kept of a password."""
    return HASHER.hash(password)


def matches(password: str, kept: str) -> bool:
    """Whether this is the password. One that does not exist takes as long to refuse as a wrong
    one, so that nobody learns by the time it takes which accounts there are."""
    try:
        return HASHER.verify(kept or _nobodys(), password) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return hashed("nobody has this password")
