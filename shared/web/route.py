"""What an entrypoint declares about itself: the one source of its checks and of its OpenAPI."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import Schema

from shared.errors import OneWindowError
from shared.web.problems import ProblemType

JSON = "application/json"
MEBIBYTE = 1 << 20

Bearer = Callable[[Any, str], Any]
"""(service, SHA-256 of the token in hex) -> who it is, or None for nobody. The token itself is
dropped as soon as it is hashed."""


@dataclass(frozen=True, kw_only=True)
class Route:
    """One method of one path. `body` is a schema for JSON; None with `takes` is a raw upload.

    `takes` may be `*/*`. With `collects`, the method is called although the body breaks its schema:
    the body is then what of it is valid, and `request.faults` what is wrong.

    `limit` is the largest body in bytes. `problems` maps the service's own errors to problem
    types; what every route may answer need not be listed. `near` is answered to the operator's own
    side alone (see shared/web/nearness.py).
    """

    method: str
    path: str
    body: Schema | None = None
    query: Schema | None = None
    headers: Schema | None = None
    answer: Schema | None = None
    status: int = 200
    problems: Mapping[type[OneWindowError], ProblemType] = field(default_factory=dict)
    bearer: Bearer | None = None
    near: bool = False
    takes: tuple[str, ...] = ()
    limit: int = MEBIBYTE
    collects: bool = False
    summary: str = ""
    name: str = ""

    @property
    def raw(self) -> bool:
        return self.body is None and bool(self.takes)


def routes_of(service: type) -> tuple[Route, ...]:
    """Every route that a service class offers, by path and method."""
    found = (getattr(getattr(service, name), "route", None) for name in dir(service))
    return tuple(sorted(filter(None, found), key=lambda route: (route.path, route.method)))
