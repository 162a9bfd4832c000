"""Links that let whoever has one read one file until an instant, and nothing else.

https://intake.example.gov/materials/sha256:…?media_type=…&until=…&signature=…

The signature is the HMAC-SHA-256 of digest, expiry and media type. Who signs and who checks share
the key; nothing is stored. A link is like a key to a drawer: it is not logged, and it expires.
"""

import hashlib
import hmac
import re
import secrets
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

from shared.errors import Fault, Invalid, OneWindowError

KEY_BYTES = 32
KEY_FILE = "materials.key"
"""Beside the files of the shelf, where the services that share the folder find it."""

_KEY = re.compile(f"[0-9a-f]{{{2 * KEY_BYTES}}}")


class BadLink(OneWindowError):
    """A link was not signed by us, was changed since, or has expired."""


def new_key() -> str:
    """A key as it stands in a file: 64 hexadecimal digits."""
    return secrets.token_hex(KEY_BYTES)


def key_of(text: str) -> bytes:
    """The key that a text holds; raises Invalid."""
    if not _KEY.fullmatch(text.strip()):
        raise Invalid(Fault("ONEWINDOW_MATERIALS_KEY", "must be 64 hexadecimal digits (32 bytes)"))
    return bytes.fromhex(text.strip())


def signed(base: str, key: bytes, digest: str, media_type: str, until: datetime) -> str:
    """The link to a file under the public address `base`; `until` counts in whole seconds."""
    seconds = int(until.timestamp())
    said = {
        "media_type": media_type,
        "until": seconds,
        "signature": _signature(key, digest, media_type, seconds),
    }
    return f"{base.rstrip('/')}/materials/{quote(digest, safe=':')}?{urlencode(said)}"


def checked(
    key: bytes, digest: str, media_type: str, until: int, signature: str, *, now: datetime
) -> None:
    """Return if the link is good at `now`; `until` in seconds since 1970. Raises BadLink."""
    ours = _signature(key, digest, media_type, until)
    if not hmac.compare_digest(ours.encode(), signature.encode()):
        raise BadLink("the link was not signed by this office, or was changed; use it as it came")
    if now.timestamp() > until:
        ended = datetime.fromtimestamp(until, UTC).isoformat()
        raise BadLink(f"the link expired at {ended}; ask whoever sent it for a new one")


def _signature(key: bytes, digest: str, media_type: str, until: int) -> str:
    # neither a digest nor a number holds a line break, so no two links are one text
    text = f"onewindow material\n{digest}\n{until}\n{media_type}"
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
