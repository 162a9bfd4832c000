"""Who has signed in, as pages see it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Person:
    """`account` is the name under which they sign in, `unit` their department or region.

    `session` names the session without opening it. While `held_at` names a path, that page is the
    only one that may be seen: the one on which a first password is changed.
    """

    account: str
    name: str
    unit: str
    roles: frozenset[str]
    session: str
    held_at: str = ""
