"""The page entrypoint: `@page("GET", "/desk")` on a service's method.

The method is handed a `Visit` and the values of the path, and returns a `Page` or a `Redirect`. It
needs `pages = Pages(...)` on the service, and `accounts = Accounts(...)` unless all is public.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any, TypeVar, cast

from marshmallow import Schema
from nameko.extensions import register_entrypoint
from nameko.web.handlers import HttpRequestHandler
from werkzeug.wrappers import Request as WireRequest
from werkzeug.wrappers import Response

from shared.errors import OneWindowError
from shared.web.http import HttpEntrypoint
from shared.web.pages.forms import NoFields
from shared.web.pages.route import PageRoute
from shared.web.pages.turn import Turn
from shared.web.problems import ProblemType
from shared.web.route import MEBIBYTE

Method = TypeVar("Method", bound=Callable[..., Any])
Declaration = Schema | type[Schema] | None


class PageEntrypoint(HttpEntrypoint):
    """One page of a service. Each request runs in a nameko worker of its own."""

    def __init__(self, route: PageRoute) -> None:
        HttpRequestHandler.__init__(self, route.method, route.path)
        self.largest_body = route.limit if route.method == "POST" else 0


def page(
    method: str,
    path: str,
    *,
    query: Declaration = None,
    form: Declaration = None,
    files: bool = False,
    again: str = "",
    roles: Iterable[str] = (),
    public: bool = False,
    problems: Mapping[type[OneWindowError], ProblemType] | None = None,
    limit: int = MEBIBYTE,
) -> Callable[[Method], Method]:
    """Show a page (GET), or do what a form asks for (POST).

    `roles` names who may see it; nobody named is anybody who has signed in, `public` everybody.
    `form` is the schema of what is posted; with `files` the form may have uploads. `again` is the
    method of the page that is shown anew when the form is refused: by its schema, by Invalid, or by
    one of `problems`.
    """

    def register(function: Any) -> Any:
        route = PageRoute(
            name=function.__name__,
            method=method,
            path=path,
            query=_instance(query),
            form=_instance(form or (NoFields if method == "POST" else None)),
            files=files,
            again=again,
            roles=None if public else frozenset(roles),
            problems=problems or {},
            limit=limit,
        )
        return _registered(function, route)

    return cast(Callable[[Method], Method], register)


def _registered(function: Any, route: PageRoute) -> Any:
    @wraps(function)
    def respond(service: Any, wire: WireRequest, **values: Any) -> Response:
        return Turn(service, route, wire, values).response(function)

    respond.page_route = route  # type: ignore[attr-defined]
    respond.page_function = function  # type: ignore[attr-defined]
    register_entrypoint(respond, PageEntrypoint(route))
    return respond


def _instance(declared: Declaration) -> Schema | None:
    return declared() if isinstance(declared, type) else declared
