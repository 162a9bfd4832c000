"""The token with which a department appeals against its cards over HTTP.

It is the HMAC-SHA-256 of the department's name under `appeals.key` in the data folder: nothing is
kept for each department, and a new key ends all tokens.
"""

import hashlib
import hmac
import os
from collections.abc import Iterable
from pathlib import Path

from shared.errors import Fault, Invalid
from shared.links import new_key

FILE = "appeals.key"


def key_of(data: Path) -> bytes:
    """The key of a data folder, made at the first need. Raises Invalid for what is none."""
    file = data / FILE
    if not file.exists():
        _make(file)
    try:
        return bytes.fromhex(file.read_text().strip())
    except (OSError, ValueError) as error:
        raise Invalid(
            Fault(str(file), "is no key of 64 hexadecimal digits; put the right one back")
        ) from error


def token_of(key: bytes, department: str) -> str:
    """The token of a department."""
    return hmac.new(key, f"appeal of {department}".encode(), hashlib.sha256).hexdigest()


def department_with(key: bytes, departments: Iterable[str], digest: str) -> str | None:
    """Which of the departments has the token of this SHA-256, in hexadecimal digits."""
    found = None
    for it in departments:
        own = hashlib.sha256(token_of(key, it).encode()).hexdigest()
        if hmac.compare_digest(own, digest):
            found = it
    return found


def _make(file: Path) -> None:
    """Make a key, whole or not at all; the one that another process made first stays."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        opened.write(new_key())
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
