"""What every service offers of itself: /health, /openapi.json, /problems/<key>."""

from typing import Any

import sqlalchemy as sa
from werkzeug.wrappers import Request, Response

from shared.errors import NotFound, Unavailable
from shared.web.openapi import document
from shared.web.problems import KINDS, UNAVAILABLE
from shared.web.response import Reply, answered, refused
from shared.web.route import Route

PLAIN = Route(method="GET", path="")


class Health:
    """200 when the database answers and the broker can be reached, 503 otherwise.

    Both are asked of the service's Delivery; a service without one has no part that can fail. What
    a service goes on without, its dependencies say in `remarks`, and it is well nevertheless.
    """

    def __init__(self, container: Any) -> None:
        self.container = container

    def handle_request(self, _request: Request) -> Response:
        parts, remarks = dict[str, bool](), list[str]()
        for dependency in self.container.dependencies:
            remarks += getattr(dependency, "remarks", [])
            if hasattr(dependency, "connected"):
                parts["broker"] = bool(dependency.connected)
                parts["database"] = _answers(dependency.database)
        well = all(parts.values())
        body: dict[str, Any] = {"status": "ok" if well else "failing", "parts": parts}
        if remarks:
            body["remarks"] = remarks
        return answered(PLAIN, Reply(body=body, status=200 if well else UNAVAILABLE.status))


def _answers(database: Any) -> bool:
    try:
        with database.reading() as tx:
            return bool(tx.execute(sa.select(1)).scalar() == 1)
    except Unavailable:
        return False


class OpenApi:
    """The service's OpenAPI document, made once."""

    def __init__(self, container: Any) -> None:
        self.document = document(container.service_cls)

    def handle_request(self, _request: Request) -> Response:
        return answered(PLAIN, self.document)


class ProblemPage:
    """What a problem's `type` leads to."""

    def __init__(self, _container: Any) -> None:
        pass

    def handle_request(self, request: Request) -> Response:
        kind = KINDS.get(request.path_values["key"])  # type: ignore[attr-defined]
        if kind is None:
            return refused(NotFound("there is no such kind of problem"))
        return answered(PLAIN, {"type": kind.uri, "status": kind.status, "title": kind.title})


BUILT_IN: dict[str, Any] = {
    "/health": Health,
    "/openapi.json": OpenApi,
    "/problems/<key>": ProblemPage,
}
