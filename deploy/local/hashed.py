"""Broker passwords of which only the hash is kept: who was told one is the only one who knows it.

They stand, by name, beside passwords that are kept, in files of one form: `{"broker/USER": TEXT}`.
The hash is the broker's own, salted SHA-256 (RabbitMQ, "Passwords"). A slow hash would add nothing:
these passwords are 192 random bits, which nobody can try out.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

ALGORITHM = "rabbit_password_hashing_sha256"


@dataclass(frozen=True, kw_only=True)
class Hashed:
    """The hash of a password, and when it was made."""

    digest: str
    made_at: datetime


def hashed(password: str, now: datetime) -> str:
    """The text that is kept in the place of a password."""
    from shared.delivery.topology import password_hash  # noqa: PLC0415 - `up` should not wait for it

    return f"{ALGORITHM} {password_hash(password)} {now.isoformat(timespec='seconds')}"


def read_hashed(kept: str) -> Hashed | None:
    """What stands in the place of a password; None for a password itself."""
    words = kept.split(" ")
    if words[0] != ALGORITHM:
        return None
    return Hashed(digest=words[1], made_at=datetime.fromisoformat(words[2]))


def with_hashes(document: dict[str, Any], kept: Mapping[str, str]) -> dict[str, Any]:
    """Broker definitions in which users whose hash alone is kept have that; `kept` is by user."""
    users = [{**user, **_hash_of(kept.get(user["name"], ""))} for user in document["users"]]
    return {**document, "users": users}


def _hash_of(kept: str) -> dict[str, str]:
    found = read_hashed(kept)
    return {"password_hash": found.digest} if found else {}


class KeptFile:
    """A file of passwords and hashes, by name. Who may read it stays as it is; at first its owner.

    It is read anew each time: an operator's command changes it while a stack runs.
    """

    def __init__(self, file: Path) -> None:
        self.file = file

    def get(self, name: str) -> str:
        """What is kept under a name; empty where nothing is."""
        return self._read().get(name, "")

    def keep(self, name: str, text: str) -> None:
        """Keep this in the place of whatever was there."""
        self._write({**self._read(), name: text})

    def forget(self, name: str) -> None:
        """Keep nothing under a name."""
        kept = self._read()
        if kept.pop(name, None) is not None:
            self._write(kept)

    def _read(self) -> dict[str, str]:
        try:
            found: dict[str, str] = json.loads(self.file.read_text())
        except FileNotFoundError:
            return {}
        return found

    def _write(self, kept: dict[str, str]) -> None:
        mode = self.file.stat().st_mode & 0o777 if self.file.exists() else 0o600
        draft = self.file.with_name(f".{self.file.name}.draft")
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(kept, indent=1) + "\n")
        draft.chmod(mode)
        draft.replace(self.file)
