"""The token that every form carries: a page of another site cannot know it.

It is derived from the secret in the visitor's own cookie (the session's once they have signed in),
so nothing has to be stored, and a token ends with its session (OWASP, "Cross-Site Request Forgery
Prevention", HMAC-based token pattern).
"""

import hashlib
import hmac

FIELD = "csrf"
_PURPOSE = b"onewindow form"
SITE = "Sec-Fetch-Site"
FOREIGN = frozenset({"cross-site", "same-site"})
"""What browsers say of a request that another origin caused (Fetch Metadata)."""


def token_for(secret: str) -> str:
    """The token of the visitor who holds this secret."""
    return hmac.new(secret.encode(), _PURPOSE, hashlib.sha256).hexdigest()


def is_genuine(secret: str, token: str, site: str) -> bool:
    """Whether a form was sent from one of our own pages, by the visitor who was shown it.

    `site` is what the browser says of where the request was caused, empty where it says nothing.
    """
    if not secret or site in FOREIGN:
        return False
    return hmac.compare_digest(token_for(secret).encode(), token.encode("utf-8", "replace"))
