"""Who somebody is and what they may do here, from the claims of a genuine token. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.accounts.account import checked_name
from shared.accounts.elsewhere.declared import Declared
from shared.accounts.elsewhere.refusals import NotForUs
from shared.accounts.roles import checked_roles, checked_unit
from shared.errors import Invalid


@dataclass(frozen=True, kw_only=True)
class Known:
    """Somebody whom the provider vouches for. `subject` is theirs for ever, names may change."""

    subject: str
    account: str
    display_name: str
    unit: str
    roles: tuple[str, ...]


def known(claims: Mapping[str, Any], declared: Declared, service: str) -> Known:
    """Who it is; raises NotForUs when the claims lead to no unit or no role of ours."""
    theirs = claims.get(declared.roles_claim, ())
    listed = theirs.split() if isinstance(theirs, str) else [str(it) for it in theirs]
    ours = [declared.roles[it] for it in listed if it in declared.roles]
    unit = str(claims.get(declared.unit_claim, ""))
    try:
        return Known(
            subject=f"{claims['iss']} {claims['sub']}"[:600],
            account=checked_name(str(claims.get(declared.account_claim, ""))),
            display_name=" ".join(str(claims.get(declared.name_claim, "")).split())[:100]
            or str(claims.get(declared.account_claim, "")),
            unit=checked_unit(service, declared.units.get(unit, unit)),
            roles=checked_roles(service, ours),
        )
    except Invalid as error:
        raise NotForUs(f"signed in elsewhere, but has no place here: {error}") from error
