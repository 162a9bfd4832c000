"""The cookies of a service: their names, and what keeps them from harm.

Browsers share cookies between the ports of a host, and several services may stand on one: so each
name begins with the service's. `__Host-` (RFC 6265bis, 4.1.3) keeps other hosts of the domain from
setting them; browsers take it over TLS alone, which production has.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from werkzeug.wrappers import Request, Response

from shared.web.pages.answers import Flash, Tone

Purpose = Literal["session", "visitor", "language", "flash", "oidc"]
YEAR = 365 * 24 * 3600
AGES: Mapping[str, int | None] = {
    "session": None,
    "visitor": None,
    "language": YEAR,
    "flash": 60,
    "oidc": 600,
}
"""Seconds; None lasts until the browser is closed."""
MOST_FLASHES = 5


@dataclass(frozen=True, kw_only=True)
class Cookies:
    """Reads and sets the cookies of one service."""

    service: str
    secure: bool

    def read(self, request: Request, purpose: Purpose) -> str:
        """The value, empty where there is none."""
        return request.cookies.get(self._name(purpose), "")

    def set(self, response: Response, purpose: Purpose, value: str) -> None:
        """Set a cookie, or remove it when the value is empty.

        Lax and not Strict: a link in a mail or an alert must find the person signed in.
        """
        response.set_cookie(
            self._name(purpose),
            value,
            max_age=AGES[purpose] if value else 0,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="Lax",
        )

    def _name(self, purpose: Purpose) -> str:
        prefix = "__Host-" if self.secure else ""
        return f"{prefix}onewindow-{self.service}-{purpose}"


def packed(flashes: tuple[Flash, ...]) -> str:
    """Flashes as the text of a cookie."""
    plain = [[flash.text, flash.tone, dict(flash.values)] for flash in flashes[:MOST_FLASHES]]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode()


def unpacked(text: str) -> tuple[Flash, ...]:
    """The flashes in a cookie; none when somebody else wrote it."""
    try:
        plain = json.loads(base64.urlsafe_b64decode(text.encode()))
        return tuple(
            Flash(text=key, tone=tone, values=dict(said))
            for key, tone, said in plain
            if isinstance(key, str) and tone in get_args(Tone)
        )
    except (ValueError, TypeError, RecursionError):
        return ()
