"""From what a service method returns, or raises, to a werkzeug response."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from werkzeug.wrappers import Response

from shared.jsontext import text_of
from shared.web.problems import (
    BY_ERROR,
    INTERNAL,
    MEDIA_TYPE,
    UNAVAILABLE,
    Declared,
    Problem,
    problem_of,
)
from shared.web.route import JSON, Route

log = structlog.get_logger()

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer with a status or headers of its own; a method may also return the body alone."""

    body: Any
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def answered(route: Route, returned: Any) -> Response:
    """The response to what a method returned, through the schema of the route's answer."""
    if isinstance(returned, Response):
        return returned
    reply = returned if isinstance(returned, Reply) else Reply(body=returned)
    body = route.answer.dump(reply.body) if route.answer else reply.body
    return _json(body, reply.status or route.status, JSON, reply.headers)


def refused(error: Exception, declared: Declared = BY_ERROR) -> Response:
    """The response to an error. What is not for the client is logged under the id told."""
    problem = problem_of(error, declared)
    if problem.kind is INTERNAL:
        log.error("request failed", instance=problem.instance, exc_info=error)
    elif problem.kind is UNAVAILABLE:
        log.warning("part away", instance=problem.instance, reason=str(error))
    return told(problem)


def told(problem: Problem) -> Response:
    """A problem as a response."""
    return _json(problem.body(), problem.kind.status, MEDIA_TYPE, problem.headers)


def secured(response: Response) -> Response:
    """The response with the headers that keep browsers from harm, where it has none of its own."""
    if response.mimetype not in (JSON, MEDIA_TYPE):
        for name, value in SECURITY_HEADERS.items():
            response.headers.setdefault(name, value)
    return response


def _json(body: Any, status: int, media_type: str, headers: Mapping[str, str]) -> Response:
    text = "" if body is None else text_of(body)
    all_headers = [("Content-Type", media_type), *SECURITY_HEADERS.items(), *headers.items()]
    return Response(text, status=status, headers=all_headers)
