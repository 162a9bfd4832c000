"""The content of a material, read over its link and held against its size and digest."""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any, Protocol
from urllib.error import HTTPError
from urllib.request import urlopen

from onewindow_worker.errors import NotFetched

TIMEOUT = 60.0
"""Seconds for the whole of a material, unless the handler says otherwise."""
PIECE = 1024 * 1024
LONGEST_REASON = 4_096


class Linked(Protocol):
    """What is needed of a material."""

    @property
    def name(self) -> str: ...
    @property
    def digest(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def link(self) -> str: ...


def put(material: Linked, to: Path, timeout: float) -> Path:
    """Write the content aside and then rename it; raises NotFetched, OSError."""
    aside = to.with_name(f".{uuid.uuid4().hex}.part")
    try:
        with aside.open("xb") as file:
            for piece in pieces(material, timeout):
                file.write(piece)
        aside.replace(to)
    finally:
        if aside.exists():
            aside.unlink()
    return to


def pieces(material: Linked, timeout: float) -> Iterator[bytes]:
    """The content piece by piece. Raises NotFetched, for a wrong digest after the last piece."""
    if not material.link.startswith(("http://", "https://")):
        raise NotFetched(material.name, "has no link: this office gives none, or it is a document")
    until, digest, left = time.monotonic() + timeout, hashlib.sha256(), material.size
    for piece in _received(material, until, timeout):
        left -= len(piece)
        if left < 0:
            raise NotFetched(material.name, f"is larger than {material.size} bytes, its size")
        digest.update(piece)
        yield piece
    if left:
        raise NotFetched(material.name, f"ended {left} bytes before its size, {material.size}")
    if f"sha256:{digest.hexdigest()}" != material.digest:
        raise NotFetched(material.name, "has another digest than the task says: not the same file")


def _received(material: Linked, until: float, timeout: float) -> Iterator[bytes]:
    """What comes over the link until it ends or time is up."""
    try:
        with urlopen(material.link, timeout=timeout) as answer:  # noqa: S310 - http(s), see above
            while piece := answer.read1(PIECE):
                if time.monotonic() > until:
                    raise NotFetched(material.name, f"did not come within {timeout:g} s")
                yield piece
    except HTTPError as error:
        with error:
            raise NotFetched(material.name, f"was refused with {_reason(error)}") from error
    except (OSError, HTTPException) as error:
        raise NotFetched(material.name, f"cannot be reached: {error}") from error


def _reason(error: HTTPError) -> str:
    """The status, and the detail of an RFC 9457 problem where the answer is one."""
    try:
        problem: Any = json.loads(error.read(LONGEST_REASON))
        return f"{error.code}: {problem['detail']}"
    except (OSError, HTTPException, ValueError, KeyError, TypeError):
        return f"{error.code} {error.reason}"
