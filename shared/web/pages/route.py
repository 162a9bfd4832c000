"""What a page declares about itself, and the pages of a service by the names of their methods."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from marshmallow import Schema

from shared.errors import OneWindowError
from shared.web.problems import ProblemType
from shared.web.route import MEBIBYTE

PART = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True, kw_only=True)
class PageRoute:
    """One method of one path. `roles` is None on a public page; empty means anybody signed in.

    `again` names the page that is shown anew, with what was typed, when a posted form is refused.
    """

    name: str
    method: str
    path: str
    query: Schema | None = None
    form: Schema | None = None
    files: bool = False
    again: str = ""
    roles: frozenset[str] | None = frozenset()
    problems: Mapping[type[OneWindowError], ProblemType] = field(default_factory=dict)
    limit: int = MEBIBYTE

    def address(self, **values: object) -> str:
        """The path with its parts filled in, and what is left over as a query."""
        left = dict(values)
        path = PART.sub(lambda part: quote(str(left.pop(part[1])), safe=""), self.path)
        asked = {name: value for name, value in left.items() if value not in (None, "", [])}
        return f"{path}?{urlencode(asked, doseq=True)}" if asked else path

    def opens_to(self, roles: frozenset[str]) -> bool:
        """Whether somebody with these roles may see it."""
        return not self.roles or bool(self.roles & roles)


def page_routes_of(service: type) -> dict[str, PageRoute]:
    """Every page that a service class offers, by the name of its method."""
    found = (getattr(getattr(service, name), "page_route", None) for name in dir(service))
    return {route.name: route for route in found if route is not None}
