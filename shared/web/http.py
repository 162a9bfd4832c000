"""The HTTP entrypoint: `@http("POST", "/cases", body=..., answer=...)` on a service's method.

The method is handed a `Request` and the values of the path. What it returns is dumped through the
declared answer; what it raises becomes problem details. Errors are turned into responses inside
the worker, because nameko's own page shows the text of the exception to the client.
"""

from collections.abc import Callable, Mapping
from functools import partial, wraps
from typing import Any, TypeVar, cast

from eventlet.event import Event
from marshmallow import Schema
from nameko.extensions import register_entrypoint
from nameko.web.handlers import HttpRequestHandler
from werkzeug.wrappers import Request as WireRequest
from werkzeug.wrappers import Response

from shared.errors import OneWindowError
from shared.web.arriving import arriving
from shared.web.problems import ProblemType
from shared.web.request import Request, read
from shared.web.response import Reply, answered, refused
from shared.web.route import MEBIBYTE, Bearer, Route
from shared.web.server import Server

__all__ = ["Reply", "Request", "http"]

Method = TypeVar("Method", bound=Callable[..., Any])
Declaration = Schema | type[Schema] | None


class HttpEntrypoint(HttpRequestHandler):  # type: ignore[misc]
    """One route of a service. Each request runs in a nameko worker of its own."""

    server = Server()

    def __init__(self, route: Route) -> None:
        super().__init__(route.method, route.path)
        self.largest_body = route.limit if route.body or route.raw else 0

    def handle_request(self, request: WireRequest) -> Response:
        """The response of the service's method; only a container that is stopping raises."""
        done = Event()
        with arriving(request, self.largest_body):
            self.container.spawn_worker(
                self,
                (request,),
                request.path_values,  # type: ignore[attr-defined]
                handle_result=partial(self.handle_result, done),
            )
            response: Response = done.wait()
        return response


def http(
    method: str,
    path: str,
    *,
    body: Declaration = None,
    query: Declaration = None,
    headers: Declaration = None,
    answer: Declaration = None,
    status: int = 200,
    problems: Mapping[type[OneWindowError], ProblemType] | None = None,
    bearer: Bearer | None = None,
    near: bool = False,
    takes: tuple[str, ...] = (),
    limit: int = MEBIBYTE,
    collects: bool = False,
) -> Callable[[Method], Method]:
    """Offer a service's method over HTTP. `path` names its parts as `/cases/<code>`.

    `takes` without `body` is a raw upload of these media types; see Route for the rest.
    """

    def register(function: Any) -> Any:
        route = Route(
            method=method,
            path=path,
            body=_instance(body),
            query=_instance(query),
            headers=_instance(headers),
            answer=_instance(answer),
            status=status,
            problems=problems or {},
            bearer=bearer,
            near=near,
            takes=takes,
            limit=limit,
            collects=collects,
            summary=(function.__doc__ or "").strip(),
            name=function.__name__,
        )
        return _registered(function, route)

    return cast(Callable[[Method], Method], register)


def _registered(function: Any, route: Route) -> Any:
    @wraps(function)
    def respond(service: Any, wire: WireRequest, **values: Any) -> Response:
        try:
            return answered(route, function(service, read(route, wire, service), **values))
        except Exception as error:  # what is not known becomes a 500 without its text
            return refused(error, route.problems)

    respond.route = route  # type: ignore[attr-defined]
    register_entrypoint(respond, HttpEntrypoint(route))
    return respond


def _instance(declared: Declaration) -> Schema | None:
    return declared() if isinstance(declared, type) else declared
