"""Where somebody is told: addresses of people.yaml, of which none holds a secret.

An address with a token stands in an environment variable (`$ONEWINDOW_TELL_WANG`) or in a file
(`file:/run/secrets/wang`). In people.yaml itself may stand a mail address, sent through the server
of `mail_server`, and http(s):// without user, password and query.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit

from services.supervision.recipients import Address
from shared.errors import Fault

_CHANNEL = re.compile(r"[a-z][a-z0-9-]{0,19}")
_VARIABLE = re.compile(r"\$([A-Z][A-Z0-9_]*)")
_MAIL = re.compile(r"[^@\s/:?&]+@[A-Za-z0-9.-]+")
IN_A_FILE = "file:"


class Addresses:
    """Reads addresses. `missing` says which are left out, for want of what should hold them;
    `files` are those that hold some, or should."""

    def __init__(self, environ: Mapping[str, str], faults: list[Fault]) -> None:
        self.missing: list[str] = []
        self.files: list[Path] = []
        self.server = ""
        self._environ, self._faults = environ, faults

    def server_from(self, text: str) -> str:
        """The address of the mail server; empty where there is none."""
        if text and not (_VARIABLE.fullmatch(text) or text.startswith(IN_A_FILE)):
            problem = "must name what holds it: $ONEWINDOW_MAIL, or file:/run/secrets/mail"
            self._faults.append(Fault("mail_server", problem))
            return ""
        return self._held(text, "mail_server") if text else ""

    def read(self, said: Mapping[str, str], field: str) -> Iterator[Address]:
        """The addresses of a person, by channel."""
        for channel, text in said.items():
            where = f"{field}.{channel}"
            if not _CHANNEL.fullmatch(channel):
                self._faults.append(Fault(where, "is no name of a channel such as mail"))
            elif url := self._url(str(text), where):
                yield Address(channel=channel, url=url)

    def _url(self, text: str, where: str) -> str:
        if _VARIABLE.fullmatch(text) or text.startswith(IN_A_FILE):
            return self._held(text, where)
        if _MAIL.fullmatch(text):
            return self._mailed(text, where)
        parts = urlsplit(text)
        if parts.scheme in ("http", "https") and parts.hostname:
            if not parts.query and "@" not in parts.netloc:
                return text
        elif "://" not in text:
            problem = "is no address: a variable ($NAME), file:PATH, a mail address or http(s)://"
            self._faults.append(Fault(where, problem))
            return ""
        problem = "may hold a secret: put it into a variable, and write its name ($ONEWINDOW_TELL)"
        self._faults.append(Fault(where, problem))
        return ""

    def _mailed(self, address: str, where: str) -> str:
        if not self.server:
            self.missing.append(f"{where}: there is no mail server (mail_server)")
            return ""
        return f"{self.server}{'&' if '?' in self.server else '?'}to={quote(address)}"

    def _held(self, text: str, where: str) -> str:
        found = _VARIABLE.fullmatch(text)
        if found:
            held = self._environ.get(found[1], "").strip()
            what = f"the variable {found[1]} is not set"
        else:
            path = Path(text.removeprefix(IN_A_FILE))
            self.files.append(path)
            held, what = _text(path), f"{path} cannot be read, or is empty"
        if not held:
            self.missing.append(f"{where}: {what}")
        return held


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
