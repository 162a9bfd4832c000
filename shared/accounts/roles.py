"""Which roles there are in which service, and what a unit is there."""

import re
from collections.abc import Mapping, Sequence

from shared.errors import Fault, Invalid

ROLES: Mapping[str, tuple[str, ...]] = {
    "department": ("officer", "head", "administrator"),
    "supervision": ("supervisor", "analyst", "centre"),
}
"""An officer works on tasks, a head approves as well, an administrator keeps the department's
accounts. A supervisor sees a region, an analyst its figures, the centre everything."""

KEEPS_ACCOUNTS = frozenset({"administrator", "centre"})
DEPARTMENT = re.compile(r"[a-z][a-z0-9-]{0,63}")
REGION = re.compile(r"\d{6}")


def checked_roles(service: str, roles: Sequence[str]) -> tuple[str, ...]:
    """The roles in their usual order; raises Invalid for one that the service does not know."""
    known = ROLES[service]
    strange = sorted(set(roles) - set(known))
    if strange or not roles:
        said = ", ".join(strange) or "none"
        raise Invalid(Fault("roles", f"must be some of {', '.join(known)}, not {said}"))
    return tuple(role for role in known if role in roles)


def checked_unit(service: str, unit: str) -> str:
    """A department's key, or for supervision a region's code (GB/T 2260); raises Invalid."""
    pattern = REGION if service == "supervision" else DEPARTMENT
    if not pattern.fullmatch(unit):
        asked = "six digits of a region" if pattern is REGION else "the key of a department"
        raise Invalid(Fault("unit", f"{unit!r} is not {asked}"))
    return unit
