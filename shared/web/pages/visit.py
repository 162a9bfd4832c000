"""One request of a visitor to a page: who it is, what they ask for, what they typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from environs import Env
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Request as WireRequest

from shared.web.pages.forms import Form
from shared.web.pages.person import Person


@dataclass(frozen=True, kw_only=True)
class Visit:
    """`person` is None only on a public page. `query` and `form` went through their schemas.

    `form` has what was posted; `files` are the uploads by the name of their field. `secret` is what
    the session's or visitor's cookie holds.
    """

    person: Person | None
    language: str
    query: Mapping[str, Any]
    form: Form
    files: Mapping[str, FileStorage]
    values: Mapping[str, str]
    secret: str
    wire: WireRequest

    @property
    def somebody(self) -> Person:
        """Who has signed in, on a page that asks for that."""
        assert self.person is not None, "a public page has no person"
        return self.person

    @property
    def address(self) -> str:
        """The network address that the request came from."""
        return address_of(self.wire, proxies())


def proxies() -> int:
    """How many proxies of ours stand before the service: ONEWINDOW_PROXIES, none unless told."""
    return Env().int("ONEWINDOW_PROXIES", 0)


def address_of(wire: WireRequest, behind: int) -> str:
    """Who asks. Each proxy adds the address that it saw to X-Forwarded-For; only what our own
    proxies added is believed, the rest anybody can write."""
    seen = [it.strip() for it in wire.headers.get("X-Forwarded-For", "").split(",") if it.strip()]
    if behind and len(seen) >= behind:
        return seen[-behind][:64]
    return wire.remote_addr or ""
