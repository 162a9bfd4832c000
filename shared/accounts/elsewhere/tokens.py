"""Whether an ID token is genuine, for us, of this trip, and still good.

OpenID Connect Core 1.0, section 3.1.3.7. Only signatures by a key pair are taken: `none` proves
nothing, and with HS256 anybody who knows the public key could be made to pass for its owner.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from shared.accounts.elsewhere.refusals import ElsewhereRefused

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
LEEWAY = 60
"""Seconds by which two clocks may differ."""


class UnknownKey(ElsewhereRefused):
    """The token is signed by a key that we have not got: the provider may have changed its keys."""


def verified(
    token: str, keys: KeySet, *, issuer: str, client: str, nonce: str, now: datetime
) -> Mapping[str, Any]:
    """The claims of a genuine token; raises ElsewhereRefused, or UnknownKey."""
    try:
        claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=LEEWAY,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": client},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        ).validate(claims)
    except InvalidKeyIdError as error:
        raise UnknownKey(f"the provider does not name the key of the ID token: {error}") from error
    except (JoseError, ValueError) as error:
        raise ElsewhereRefused(f"the ID token does not hold: {error}") from error
    if claims.get("azp", client) != client:
        raise ElsewhereRefused(f"the ID token was given to {claims['azp']}")
    return claims
