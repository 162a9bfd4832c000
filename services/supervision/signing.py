"""The key with which checkpoints are signed: Ed25519, in the data folder, made at the first need.

`checkpoint.key` holds the secret half as 64 hexadecimal digits, readable to its owner alone. What
others need is the public half: it stands in every checkpoint, and is to be published where nobody
who may write to the database can change it.
"""

import os
from dataclasses import replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.supervision.checkpoints import Checkpoint
from shared.errors import Fault, Invalid

FILE = "checkpoint.key"


class Signer:
    """Signs checkpoints with the key of a data folder."""

    def __init__(self, secret: Ed25519PrivateKey) -> None:
        self._secret = secret
        self.key = secret.public_key().public_bytes_raw().hex()

    @classmethod
    def of(cls, data: Path) -> "Signer":
        """The signer of a data folder. Raises Invalid for a key that cannot be read."""
        file = data / FILE
        if not file.exists():
            _make(file)
        try:
            secret = bytes.fromhex(file.read_text().strip())
            return cls(Ed25519PrivateKey.from_private_bytes(secret))
        except (OSError, ValueError) as error:
            problem = f"is no key of 64 hexadecimal digits: {error}"
            raise Invalid(Fault(str(file), problem)) from error

    def signed(self, checkpoint: Checkpoint) -> Checkpoint:
        """The checkpoint under this key."""
        signature = self._secret.sign(checkpoint.stated).hex()
        return replace(checkpoint, key=self.key, signature=signature)


def _make(file: Path) -> None:
    """Make a key, whole or not at all; the one that another process made first stays."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        opened.write(Ed25519PrivateKey.generate().private_bytes_raw().hex())
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
