"""The passwords of a stack's broker users: all from one secret, which only its owner may read.

The secret opens nothing that its reader could not open anyway: in the same folder lies the address
of the broker's administrator, who can give any user another password. A department that joined by
command, or whose password was made anew, has a random one; of that only the hash is kept.
"""

import hmac
import secrets
from pathlib import Path

from deploy.local.broker_config import keep_secret
from deploy.local.hashed import KeptFile
from shared.errors import NotFound


def broker_secret(user: str) -> str:
    """The name under which a broker user's password, or its hash, is kept."""
    return f"broker/{user}"


class Passwords:
    """A password for every user name, the same each time, from the secret kept in a file.

    `hashes`, beside it, are those that were told once.
    """

    def __init__(self, file: Path) -> None:
        kept = file.read_text() if file.exists() else keep_secret(file, secrets.token_hex(32))
        self._secret = bytes.fromhex(kept)
        self.hashes = KeptFile(hashes_beside(file))

    def of(self, user: str) -> str:
        """The password of a user: an HMAC-SHA-256 of the name, in hexadecimal.

        Raises NotFound where only the hash of another is kept.
        """
        if self.hashes.get(broker_secret(user)):
            raise NotFound(
                f"The password of {user} was shown once and is not kept:"
                f" `./onewindow department rotate {user.partition('.')[2]}` makes another."
            )
        return self._from_the_secret(user)

    def kept_of(self, user: str) -> str:
        """The hash where one is kept, the password otherwise."""
        return self.hashes.get(broker_secret(user)) or self._from_the_secret(user)

    def _from_the_secret(self, user: str) -> str:
        return hmac.digest(self._secret, user.encode(), "sha256").hex()


def hashes_beside(file: Path) -> Path:
    """Where the hashes are, beside the file of the secret."""
    return file.with_name(f"{file.name}-hashed.json")
