"""What the operator says about the provider, in the environment.

ONEWINDOW_OIDC_ISSUER         the issuer's address; empty: local accounts alone
ONEWINDOW_OIDC_CLIENT         our client id there
ONEWINDOW_OIDC_SECRET         our secret there; empty for a public client, which PKCE protects
ONEWINDOW_OIDC_TITLE          what the button says, such as 统一身份认证
ONEWINDOW_OIDC_SCOPES         default: openid profile
ONEWINDOW_OIDC_ACCOUNT_CLAIM  default: preferred_username; then name, unit, roles likewise
ONEWINDOW_OIDC_ROLES          what their roles are here: desk-officers=officer,desk-heads=head
ONEWINDOW_OIDC_UNITS          what their units are here, where they differ: 城建档案馆=archives
ONEWINDOW_PUBLIC_URL          where browsers reach this service: the provider sends them back there
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from environs import Env, EnvError

from shared.errors import Fault, Invalid

PREFIX = "ONEWINDOW_OIDC_"
PUBLIC_URL = "ONEWINDOW_PUBLIC_URL"
BACK = "/sign-in/elsewhere/back"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, kw_only=True)
class Declared:
    """A provider and how its claims are read."""

    issuer: str
    client: str
    secret: str = field(repr=False, default="")
    title: str
    scopes: str
    account_claim: str
    name_claim: str
    unit_claim: str
    roles_claim: str
    roles: Mapping[str, str]
    units: Mapping[str, str]
    back: str

    @classmethod
    def from_environment(cls) -> "Declared | None":
        """None when there is no provider; raises Invalid naming the variable that is wrong."""
        env = Env()
        try:
            with env.prefixed(PREFIX):
                if not (issuer := env.str("ISSUER", "")):
                    return None
                declared = cls(
                    issuer=over_tls(f"{PREFIX}ISSUER", issuer),
                    client=env.str("CLIENT"),
                    secret=env.str("SECRET", ""),
                    title=env.str("TITLE", "统一身份认证 / Single sign-on"),
                    scopes=env.str("SCOPES", "openid profile"),
                    account_claim=env.str("ACCOUNT_CLAIM", "preferred_username"),
                    name_claim=env.str("NAME_CLAIM", "name"),
                    unit_claim=env.str("UNIT_CLAIM", "unit"),
                    roles_claim=env.str("ROLES_CLAIM", "roles"),
                    roles=env.dict("ROLES"),
                    units=env.dict("UNITS", {}),
                    back=over_tls(PUBLIC_URL, _public(env)).rstrip("/") + BACK,
                )
        except EnvError as error:
            raise Invalid(Fault("environment", str(error))) from error
        return declared


def _public(_env: Env) -> str:
    return Env().str(PUBLIC_URL)


def over_tls(variable: str, address: str) -> str:
    """The address; raises Invalid unless it is reached over TLS, or on this machine."""
    parts = urlsplit(address)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return address
    raise Invalid(Fault(variable, f"{address!r} must begin with https://"))
