"""Signatures on requests, in both directions. Pure.

    OneWindow-Key:        which secret, such as 2026a
    OneWindow-Timestamp:  seconds since 1970, in the moment of sending
    OneWindow-Signature:  HMAC-SHA-256 (RFC 2104) with the secret over TIMESTAMP "." BODY, in hex

Of a secret the bytes of its UTF-8 text are the key. Two secrets are valid at once, so that one can
follow the other: we sign with the first, and believe both.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.errors import OneWindowError

KEY, TIMESTAMP, SIGNATURE = "OneWindow-Key", "OneWindow-Timestamp", "OneWindow-Signature"
DELIVERY, KIND = "OneWindow-Delivery", "OneWindow-Kind"


class NotSigned(OneWindowError):
    """A request is not signed as it must be, is too old, or was here before."""


@dataclass(frozen=True, kw_only=True)
class Key:
    """A secret and the id by which a request names it."""

    id: str
    secret: str = field(repr=False)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The signature of a body, 64 hex digits."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def headers(key: Key, body: bytes, *, at: int) -> dict[str, str]:
    """The headers of a request of ours that is sent at an epoch second."""
    stamp = str(at)
    return {KEY: key.id, TIMESTAMP: stamp, SIGNATURE: signature(key.secret, stamp, body)}


def check(
    keys: Sequence[Key], body: bytes, *, key: str, stamp: str, signed: str, at: float, window: float
) -> None:
    """Whether a body was signed by one of the keys, `window` seconds around `at` at most.

    Raises NotSigned.
    """
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 12):
        raise NotSigned(f"{TIMESTAMP} must be whole seconds since 1970")
    secrets = [it.secret for it in keys if it.id == key]
    fits = [hmac.compare_digest(signature(it, stamp, body), _ascii(signed)) for it in secrets]
    if not any(fits):
        raise NotSigned(f"{SIGNATURE} does not fit {KEY}, {TIMESTAMP} and the body")
    if abs(int(stamp) - at) > window:
        raise NotSigned(f"{TIMESTAMP} is not within {window:g} seconds of our clock: sign it anew")


def _ascii(text: str) -> str:
    return text.lower() if text.isascii() else ""
