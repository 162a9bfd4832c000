"""Who is told of an alert, by which addresses, from when on, and why they."""

from dataclasses import dataclass
from datetime import datetime

from shared.messages.parts import Text


@dataclass(frozen=True, kw_only=True)
class Address:
    """An address of a person. `url` is one that apprise knows, or http(s)://; it may hold a token,
    so it is neither logged nor shown. `channel` is what it is called: `mail`, `dingtalk`, ..."""

    channel: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """A person who is to be told of an alert.

    `person` is their key in people.yaml, `addresses` are in the order in which they are tried,
    `not_before` is the end of their quiet hours (None: at once), `breaks_quiet` says that no quiet
    hours hold it up, also where a repeat falls into them, `why` says why it is they.
    """

    person: str
    name: str
    addresses: tuple[Address, ...]
    not_before: datetime | None = None
    breaks_quiet: bool = False
    why: Text
