"""One request of a visitor to a page: who it is, what they ask for, what they typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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
        return self.wire.remote_addr or ""
