"""What the services of a stack say of themselves at GET /health."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPException

from deploy.local.state import RUNNING, Part

PATIENCE = 3.0
"""Seconds to wait for each answer. All are asked at once."""
MOST = 1_000_000
"""Bytes of an answer that are read."""
OK, FAILING, SILENT = "ok", "failing", "no answer"
NO_HEALTH = (RecursionError, ValueError, KeyError, TypeError, AttributeError)
"""What comes of reading an answer that is none of a service: another may have its port now."""
_open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open


@dataclass(frozen=True, kw_only=True)
class Health:
    """How a service is: `ok`, `failing` or `no answer`. `away` are the parts that it cannot reach;
    `remarks` what it goes on without, such as a file that is wrong."""

    status: str
    away: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def healths(parts: Iterable[Part]) -> dict[str, Health]:
    """How each running service is, by its name; the other parts of a stack are not asked."""
    asked = [it for it in parts if it.state == RUNNING and it.address.startswith("http://")]
    if not asked:
        return {}
    with ThreadPoolExecutor(len(asked)) as together:
        found = together.map(_health, (it.address for it in asked))
        return {part.name: health for part, health in zip(asked, found, strict=True)}


def _health(address: str) -> Health:
    try:
        return _read(_answer(f"{address}/health"))
    except (OSError, HTTPException, *NO_HEALTH):
        return Health(status=SILENT)


def _answer(address: str) -> bytes:
    try:
        with _open(address, timeout=PATIENCE) as answer:
            return bytes(answer.read(MOST))
    except urllib.error.HTTPError as error:  # 503, with what is away
        with error:
            return error.read(MOST)


def _read(body: bytes) -> Health:
    said = json.loads(body)
    return Health(
        status=OK if said["status"] == "ok" else FAILING,
        away=tuple(name for name, there in said["parts"].items() if not there),
        remarks=tuple(map(str, said.get("remarks", ()))),
    )
