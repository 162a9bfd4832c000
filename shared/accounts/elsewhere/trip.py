"""There and back again: what a browser takes along so that only it can come back, and once.

`state` ties the answer to this browser, `nonce` the ID token to this trip, and the verifier the
code to us (RFC 7636): somebody who saw the code cannot use it.
"""

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from urllib.parse import urlencode

from shared.accounts.elsewhere.declared import Declared
from shared.accounts.elsewhere.refusals import ElsewhereRefused


@dataclass(frozen=True, kw_only=True)
class Trip:
    """One sign-in elsewhere. `onward` is where the visitor wanted to go."""

    state: str
    nonce: str
    verifier: str
    onward: str

    @classmethod
    def begun(cls, onward: str) -> "Trip":
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        return cls(state=state, nonce=nonce, verifier=verifier, onward=onward)

    @classmethod
    def unpacked(cls, cookie: str) -> "Trip":
        """The trip in a cookie; raises ElsewhereRefused where there is none."""
        try:
            return cls(**json.loads(base64.urlsafe_b64decode(cookie.encode())))
        except (ValueError, TypeError):
            raise ElsewhereRefused("this browser has not begun to sign in") from None

    def packed(self) -> str:
        """The trip as the text of a cookie."""
        return base64.urlsafe_b64encode(json.dumps(vars(self)).encode()).decode()

    def address(self, authorize: str, declared: Declared) -> str:
        """Where the browser is sent."""
        asked = {
            "response_type": "code",
            "client_id": declared.client,
            "redirect_uri": declared.back,
            "scope": declared.scopes,
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": challenge(self.verifier),
            "code_challenge_method": "S256",
        }
        return f"{authorize}{'&' if '?' in authorize else '?'}{urlencode(asked)}"

    def check(self, state: str) -> None:
        """Raises ElsewhereRefused for an answer to another browser's question."""
        if not hmac.compare_digest(self.state.encode(), state.encode()):
            raise ElsewhereRefused("the state is not the one that this browser was sent with")


def challenge(verifier: str) -> str:
    """BASE64URL(SHA256(verifier)) without padding (RFC 7636, 4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
