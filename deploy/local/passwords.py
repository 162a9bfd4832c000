"""The passwords of a stack's broker users: all from one secret, which only its owner may read."""

import hmac
import secrets
from pathlib import Path

from deploy.local.broker_config import write_secret


class Passwords:
    """A password for every user name, the same each time, from the secret kept in a file."""

    def __init__(self, file: Path) -> None:
        if not file.exists():
            write_secret(file, secrets.token_hex(32))
        self._secret = bytes.fromhex(file.read_text())

    def of(self, user: str) -> str:
        """The password of a user: an HMAC-SHA-256 of the name, in hexadecimal."""
        return hmac.digest(self._secret, user.encode(), "sha256").hex()
