"""What went wrong, as RFC 9457 problem details, and which error becomes which problem.

A problem says what the caller can put right and nothing of our insides: an unexpected error gives
an id and no text; the log line with the same id has the rest.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.errors import Fault, Invalid, NotFound, OneWindowError, Unavailable

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = 5
"""Seconds after which it is worth to ask a part again that was away."""
MOST_FAULTS = 100
AWAY = f"A part that is needed does not answer; try again in {RETRY_AFTER} seconds."


@dataclass(frozen=True, kw_only=True)
class ProblemType:
    """A kind of problem; its page stands at `/problems/<key>` of every service."""

    key: str
    status: int
    title: str

    @property
    def uri(self) -> str:
        return f"/problems/{self.key}"


def _kinds(*kinds: tuple[str, int, str]) -> dict[str, ProblemType]:
    return {key: ProblemType(key=key, status=status, title=title) for key, status, title in kinds}


KINDS = _kinds(
    ("malformed", 400, "The request cannot be read"),
    ("unauthorized", 401, "A valid token is needed"),
    ("forbidden", 403, "This token does not open this"),
    ("not-from-there", 403, "This is not answered to where you are"),
    ("not-found", 404, "There is nothing here"),
    ("wrong-method", 405, "This method is not offered here"),
    ("too-slow", 408, "The body comes too slowly"),
    ("conflict", 409, "What is stored has moved on"),
    ("length-required", 411, "The length of the body is not stated"),
    ("too-large", 413, "The body is too large"),
    ("wrong-media-type", 415, "This media type is not taken here"),
    ("invalid", 422, "The input breaks a rule"),
    ("too-many", 429, "Too many of these at once"),
    ("internal", 500, "Something went wrong on our side"),
    ("unavailable", 503, "A part that is needed is away just now"),
)

MALFORMED = KINDS["malformed"]
UNAUTHORIZED = KINDS["unauthorized"]
FORBIDDEN = KINDS["forbidden"]
NOT_FROM_THERE = KINDS["not-from-there"]
NOT_FOUND = KINDS["not-found"]
WRONG_METHOD = KINDS["wrong-method"]
TOO_SLOW = KINDS["too-slow"]
CONFLICT = KINDS["conflict"]
LENGTH_REQUIRED = KINDS["length-required"]
TOO_LARGE = KINDS["too-large"]
WRONG_MEDIA_TYPE = KINDS["wrong-media-type"]
INVALID = KINDS["invalid"]
TOO_MANY = KINDS["too-many"]
INTERNAL = KINDS["internal"]
UNAVAILABLE = KINDS["unavailable"]

Declared = Mapping[type[OneWindowError], ProblemType]
"""A service's own errors and the problem that each becomes."""

BY_ERROR: Declared = {Invalid: INVALID, NotFound: NOT_FOUND, Unavailable: UNAVAILABLE}


class Refusal(OneWindowError):
    """A request cannot be taken as it stands: its form, its size, its token."""

    def __init__(
        self,
        kind: ProblemType,
        detail: str,
        *faults: Fault,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.faults = faults
        self.headers = headers or {}


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One problem, ready to be sent. `instance` names this occurrence and stands in the log."""

    kind: ProblemType
    detail: str
    faults: tuple[Fault, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    instance: str = field(default_factory=lambda: uuid.uuid4().urn)

    def body(self) -> dict[str, Any]:
        told: dict[str, Any] = {
            "type": self.kind.uri,
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
            "instance": self.instance,
        }
        if self.faults:
            told["errors"] = [
                {"field": fault.field, "problem": fault.problem}
                for fault in self.faults[:MOST_FAULTS]
            ]
        return told


def problem_of(error: Exception, declared: Declared = BY_ERROR) -> Problem:
    """The problem that an error becomes; an unknown one is internal and says nothing of itself."""
    if isinstance(error, Refusal):
        return Problem(
            kind=error.kind, detail=str(error), faults=error.faults, headers=error.headers
        )
    kind = _kind_of(error, declared)
    if kind is None:
        return Problem(
            kind=INTERNAL, detail="The request was not carried out; the log has why, by instance."
        )
    if kind is UNAVAILABLE:
        return Problem(kind=kind, detail=AWAY, headers={"Retry-After": str(RETRY_AFTER)})
    faults = error.faults if isinstance(error, Invalid) else ()
    return Problem(kind=kind, detail=_detail(error, faults), faults=faults)


def _kind_of(error: Exception, declared: Declared) -> ProblemType | None:
    for cls in type(error).__mro__:
        kind = declared.get(cls) or BY_ERROR.get(cls)
        if kind is not None:
            return kind
    return None


def _detail(error: Exception, faults: tuple[Fault, ...]) -> str:
    if len(faults) < 2:
        return str(error)
    named = "each of them" if len(faults) <= MOST_FAULTS else f"the first {MOST_FAULTS}"
    return f"{len(faults)} things must be put right; errors names {named}."
