"""The OpenAPI 3.1 document of a service, from what its routes declare.

python -m shared.web.openapi NAME          writes services/NAME/openapi.json
python -m shared.web.openapi NAME --check  exit status 1 when the file says something else
"""

import importlib
import json
import re
import sys
from pathlib import Path
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema, fields

from shared.errors import OneWindowError
from shared.web.problems import (
    INTERNAL,
    INVALID,
    LENGTH_REQUIRED,
    MALFORMED,
    MEDIA_TYPE,
    NOT_FOUND,
    NOT_FROM_THERE,
    TOO_LARGE,
    TOO_SLOW,
    UNAUTHORIZED,
    UNAVAILABLE,
    WRONG_MEDIA_TYPE,
    ProblemType,
)
from shared.web.route import JSON, Route, routes_of

SERVICES = Path("services")
API_VERSION = "1"


class Wrong(Schema):
    """One field that is wrong, and what is the matter with it."""

    field = fields.String(required=True)
    problem = fields.String(required=True)


class ProblemDetails(Schema):
    """A problem as RFC 9457 describes it; `errors` names every field that is wrong."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    instance = fields.String(required=True)
    errors = fields.List(fields.Nested(Wrong))


def document(service: type) -> dict[str, Any]:
    """The OpenAPI document of a service class, as JSON values."""
    spec = APISpec(
        title=f"OneWindow {service.name}",  # type: ignore[attr-defined]
        version=API_VERSION,
        openapi_version="3.1.0",
        info={"description": (service.__doc__ or "").strip()},
        plugins=[MarshmallowPlugin(schema_name_resolver=_name)],
    )
    spec.components.schema("Problem", schema=ProblemDetails)
    routes = routes_of(service)
    if any(route.bearer for route in routes):
        spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    for route in routes:
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route.path)
        spec.path(path=path, operations={route.method.lower(): _operation(route)})
    found: dict[str, Any] = json.loads(json.dumps(spec.to_dict()))
    return found


def rendered(service: type) -> str:
    """The document as it is committed."""
    return json.dumps(document(service), ensure_ascii=False, indent=2) + "\n"


def _operation(route: Route) -> dict[str, Any]:
    summary, _, description = route.summary.partition("\n\n")
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": " ".join(summary.split()),
        "parameters": _parameters(route),
        "responses": _responses(route),
    }
    if description:
        operation["description"] = " ".join(description.split())
    if route.body or route.raw:
        operation["requestBody"] = _request_body(route)
    if route.bearer:
        operation["security"] = [{"bearer": []}]
    return operation


def _parameters(route: Route) -> list[Any]:
    in_path: list[Any] = [
        {"in": "path", "name": name, "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"<(?:\w+:)?(\w+)>", route.path)
    ]
    query = [{"in": "query", "schema": route.query}] if route.query else []
    headers = [{"in": "header", "schema": route.headers}] if route.headers else []
    return in_path + query + headers


def _request_body(route: Route) -> dict[str, Any]:
    if route.body:
        return {"required": True, "content": {JSON: {"schema": route.body}}}
    return {"required": True, "content": {media_type: {} for media_type in route.takes}}


def _responses(route: Route) -> dict[str, Any]:
    body = {"content": {JSON: {"schema": route.answer}}} if route.answer else {}
    responses: dict[str, Any] = {str(route.status): {"description": "Done", **body}}
    for kind in sorted(_problems(route), key=lambda kind: kind.status):
        responses.setdefault(
            str(kind.status),
            {"description": kind.title, "content": {MEDIA_TYPE: {"schema": "Problem"}}},
        )
    return responses


def _problems(route: Route) -> set[ProblemType]:
    kinds = {INTERNAL, UNAVAILABLE, *route.problems.values()}
    if "<" in route.path:
        kinds.add(NOT_FOUND)
    if route.bearer:
        kinds.add(UNAUTHORIZED)
    if route.near:
        kinds.add(NOT_FROM_THERE)
    if route.body or route.raw:
        kinds |= {MALFORMED, TOO_SLOW, LENGTH_REQUIRED, TOO_LARGE, WRONG_MEDIA_TYPE, INVALID}
    if route.query or route.headers or "<" in route.path:
        kinds.add(INVALID)
    return kinds


def _name(schema: Any) -> str:
    cls = schema if isinstance(schema, type) else type(schema)
    return cls.__name__.removesuffix("Schema")


def service_named(name: str) -> type:
    """The nameko class of a service; raises OneWindowError where there is none of this name."""
    try:
        found: type = importlib.import_module(f"services.{name}.service").Service
    except (ModuleNotFoundError, AttributeError) as error:
        raise OneWindowError(f"services/{name}/service.py has no class Service") from error
    return found


def main(arguments: list[str]) -> int:
    """Write the document of the named service, or compare it with what is committed."""
    name, *options = arguments
    path = SERVICES / name / "openapi.json"
    text = rendered(service_named(name))
    if "--check" in options:
        return 0 if path.exists() and path.read_text("utf-8") == text else 1
    path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
