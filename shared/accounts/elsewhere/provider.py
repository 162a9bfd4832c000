"""The provider over HTTP: its discovery document, its keys, a token for a code.

Its answers are read again when a token bears a key that is not known, at most every minute:
providers change their keys, and nobody can make us ask more often.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import requests
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared.accounts.elsewhere.declared import Declared, over_tls
from shared.accounts.elsewhere.refusals import ElsewhereRefused, ProviderAway
from shared.accounts.elsewhere.tokens import UnknownKey, verified
from shared.accounts.elsewhere.trip import Trip
from shared.errors import Invalid

DISCOVERY = "/.well-known/openid-configuration"
PATIENCE = 10
"""Seconds for each request."""
ASK_AGAIN = timedelta(minutes=1)
FRESH = timedelta(hours=12)


class Provider:
    """A provider as declared; nothing is asked before the first sign-in."""

    def __init__(self, declared: Declared, now: Callable[[], datetime]) -> None:
        self.declared = declared
        self._now = now
        self._document: Mapping[str, Any] = {}
        self._keys: KeySet | None = None
        self._asked: datetime | None = None

    def address(self, trip: Trip) -> str:
        """Where a browser signs in; raises ProviderAway."""
        self._know(FRESH)
        return trip.address(self._document["authorization_endpoint"], self.declared)

    def claims(self, code: str, trip: Trip) -> Mapping[str, Any]:
        """What the provider says of who came back; raises ElsewhereRefused or ProviderAway."""
        self._know(FRESH)
        token = self._exchange(code, trip)
        try:
            return self._verified(token, trip)
        except UnknownKey:
            self._know(ASK_AGAIN)
            return self._verified(token, trip)

    def _verified(self, token: str, trip: Trip) -> Mapping[str, Any]:
        assert self._keys is not None
        return verified(
            token,
            self._keys,
            issuer=self.declared.issuer,
            client=self.declared.client,
            nonce=trip.nonce,
            now=self._now(),
        )

    def _know(self, age: timedelta) -> None:
        """Read the provider's documents unless they were read lately."""
        if self._asked is not None and self._now() - self._asked < age:
            return
        document = _json("GET", self.declared.issuer.rstrip("/") + DISCOVERY)
        if document.get("issuer") != self.declared.issuer:
            raise ProviderAway(f"the provider calls itself {document.get('issuer')!r}")
        self._keys = _keys(document)
        self._document, self._asked = document, self._now()

    def _exchange(self, code: str, trip: Trip) -> str:
        declared = self.declared
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": declared.back,
            "client_id": declared.client,
            "code_verifier": trip.verifier,
        }
        login = (declared.client, declared.secret) if declared.secret else None
        answer = _json("POST", self._document["token_endpoint"], data=form, auth=login)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise ElsewhereRefused("the provider gave no ID token for the code")
        return token


def _keys(document: Mapping[str, Any]) -> KeySet:
    try:
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            over_tls(name, str(document.get(name, "")))
        return KeySet.import_key_set(_json("GET", document["jwks_uri"]))  # type: ignore[arg-type]
    except (Invalid, JoseError, ValueError, KeyError) as error:
        raise ProviderAway(f"the provider's documents cannot be used: {error}") from error


def _json(method: str, address: str, **options: Any) -> dict[str, Any]:
    """The object that an address answers; what the provider refuses is refused here."""
    try:
        answer = requests.request(
            method, address, timeout=PATIENCE, allow_redirects=False, **options
        )
        found = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise ProviderAway(f"the provider does not answer: {type(error).__name__}") from error
    if 400 <= answer.status_code < 500 and method == "POST":
        raise ElsewhereRefused(f"the provider refuses the code: {found}"[:300])
    if answer.status_code != 200 or not isinstance(found, dict):
        raise ProviderAway(f"the provider answers {answer.status_code}")
    return found
