"""Where the secrets of a connection are. They are read again whenever their file changes."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from services.department.systems.signing import Key
from shared.errors import Fault, Invalid

KEY_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
SHORTEST, LONGEST = 32, 512
MOST = 2
LARGEST_FILE = 4096


@dataclass(frozen=True, kw_only=True)
class Keyring:
    """A file or an environment variable with lines of KEYID SECRET; the first one signs."""

    file: Path | None = None
    variable: str = ""

    def keys(self) -> tuple[Key, ...]:
        """The secrets of this moment; raises Invalid, which never tells a secret."""
        where = "file" if self.file else "env"
        faults, found = [], []
        lines = [line.strip() for line in self._text().splitlines() if line.strip()]
        for number, line in enumerate(lines, 1):
            key, _, secret = line.partition(" ")
            problem = _problem(key, secret.strip())
            if problem:
                faults.append(Fault(where, f"line {number} {problem}"))
            found.append(Key(id=key, secret=secret.strip()))
        if not 1 <= len(found) <= MOST:
            faults.append(Fault(where, f"must have one secret or two, and has {len(found)}"))
        if len({key.id for key in found}) < len(found):
            faults.append(Fault(where, "has the same KEYID twice"))
        if faults:
            raise Invalid(*faults)
        return tuple(found)

    def _text(self) -> str:
        if self.file is None:
            return os.environ.get(self.variable, "")
        try:
            return self.file.read_bytes()[:LARGEST_FILE].decode("ascii")
        except OSError as error:
            problem = f"{self.file} cannot be read: {error.strerror}"
            raise Invalid(Fault("file", problem)) from error
        except UnicodeDecodeError as error:
            raise Invalid(Fault("file", f"{self.file} must be ASCII")) from error


def _problem(key: str, secret: str) -> str:
    if not KEY_ID.fullmatch(key) or not secret:
        return "is not KEYID SECRET"
    if not (SHORTEST <= len(secret) <= LONGEST and secret.isascii() and secret.isprintable()):
        return f"must have a secret of {SHORTEST} to {LONGEST} printable characters"
    return ""
