"""From a werkzeug request to what a service method is handed: checked against what it declared."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from marshmallow import Schema, ValidationError, fields
from werkzeug.wrappers import Request as WireRequest

from shared.errors import Fault, Invalid
from shared.soundness import UNSTORABLE
from shared.web import ijson
from shared.web.faults import faults_of
from shared.web.nearness import check_near
from shared.web.problems import (
    LENGTH_REQUIRED,
    TOO_LARGE,
    UNAUTHORIZED,
    WRONG_MEDIA_TYPE,
    Refusal,
)
from shared.web.route import JSON, Route

CHUNK = 1 << 16
ANY = "*/*"
MEDIA_TYPE = re.compile(r"[a-z0-9.+_-]{1,30}/[a-z0-9.+_-]{1,69}")


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request as its route declared it.

    `faults` is empty unless the route collects. `stream` has the bytes of a raw upload, `length`
    how many there are to come; `wire` is the request as werkzeug has it.
    """

    body: Any
    faults: tuple[Fault, ...]
    query: Mapping[str, Any]
    headers: Mapping[str, Any]
    bearer: Any
    media_type: str
    length: int
    stream: BinaryIO
    wire: WireRequest

    def chunks(self) -> Any:
        """The raw body piece by piece; raises Refusal when the sender stops before the end."""
        left = self.length
        while left:
            piece = self.stream.read(min(CHUNK, left))
            if not piece:
                raise ijson.malformed("the body ends before the stated length")
            left -= len(piece)
            yield piece


def read(route: Route, wire: WireRequest, service: Any) -> Request:
    """Everything that the route declared, checked; raises Refusal or Invalid with every fault."""
    if route.near:
        check_near(wire)
    bearer = _bearer(route, wire, service)
    length = _length(route, wire)
    stream: BinaryIO = wire.environ["wsgi.input"]
    query = _loaded(route.query, _query(route.query, wire))
    headers = _loaded(route.headers, _headers(route.headers, wire))
    body, faults = _body(route, _json(stream, length)) if route.body else ({}, ())
    return Request(
        query=query,
        headers=headers,
        body=body,
        faults=faults,
        bearer=bearer,
        media_type=wire.mimetype,
        length=length,
        stream=stream,
        wire=wire,
    )


def _bearer(route: Route, wire: WireRequest, service: Any) -> Any:
    if route.bearer is None:
        return None
    scheme, _, token = wire.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise _unauthorized("send the header Authorization: Bearer TOKEN", "Bearer")
    digest = hashlib.sha256(token.strip().encode("utf-8", "surrogateescape")).hexdigest()
    known = route.bearer(service, digest)
    if known is None:
        raise _unauthorized("the token is not known here", 'Bearer error="invalid_token"')
    return known


def _unauthorized(detail: str, challenge: str) -> Refusal:
    return Refusal(UNAUTHORIZED, detail, headers={"WWW-Authenticate": challenge})


def _length(route: Route, wire: WireRequest) -> int:
    if not (route.body or route.raw):
        return 0
    length = wire.content_length
    if "Transfer-Encoding" in wire.headers or length is None:
        raise Refusal(LENGTH_REQUIRED, "state the length of the body in Content-Length")
    if length > route.limit:
        raise Refusal(TOO_LARGE, f"the body is {length} bytes; at most {route.limit} are taken")
    _check_media_type(route, wire)
    return length


def _check_media_type(route: Route, wire: WireRequest) -> None:
    taken = (JSON,) if route.body else route.takes
    utf8 = route.raw or wire.mimetype_params.get("charset", "utf-8").lower() == "utf-8"
    known = wire.mimetype in taken or (ANY in taken and MEDIA_TYPE.fullmatch(wire.mimetype))
    if not (known and utf8) or "Content-Encoding" in wire.headers:
        detail = f"send Content-Type: {' or '.join(taken)}, in UTF-8 and not compressed"
        raise Refusal(WRONG_MEDIA_TYPE, detail, headers={"Accept": ", ".join(taken)})


def _json(stream: BinaryIO, length: int) -> Any:
    body = stream.read(length)
    if len(body) < length:
        raise ijson.malformed("the body ends before the stated length")
    return ijson.load(body)


def _query(schema: Schema | None, wire: WireRequest) -> dict[str, Any]:
    lists = [
        field.data_key or name
        for name, field in (schema.load_fields if schema else {}).items()
        if isinstance(field, fields.List)
    ]
    for name, values in wire.args.lists():
        if len(values) > 1 and name not in lists:
            raise Invalid(Fault(name, "is given more than once"))
        if any(UNSTORABLE.search(value) for value in values):
            raise Invalid(Fault(name, "holds NUL, which cannot be stored"))
    single = wire.args.to_dict()
    return {**single, **{name: wire.args.getlist(name) for name in lists if name in single}}


def _headers(schema: Schema | None, wire: WireRequest) -> dict[str, str]:
    declared = schema.load_fields if schema else {}
    names = [field.data_key or name for name, field in declared.items()]
    return {name: wire.headers[name] for name in names if name in wire.headers}


def _body(route: Route, plain: Any) -> tuple[Any, tuple[Fault, ...]]:
    assert route.body is not None
    if not (route.collects and isinstance(plain, dict)):
        return _loaded(route.body, plain), ()
    try:
        return route.body.load(plain), ()
    except ValidationError as error:
        return error.valid_data or {}, tuple(faults_of(error.messages, route.body))


def _loaded(schema: Schema | None, plain: Any) -> Any:
    if schema is None:
        return plain
    try:
        return schema.load(plain)
    except ValidationError as error:
        raise Invalid(*faults_of(error.messages, schema)) from None
