"""What administrators do with accounts: add, reset, disable, give other roles.

Each function is handed a transaction; passwords come out once and are kept as hashes only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from shared.accounts import store
from shared.accounts.account import Account, checked_name, first_password
from shared.accounts.passwords import hashed
from shared.accounts.roles import checked_roles, checked_unit
from shared.errors import Fault, Invalid, NotFound

LONGEST_NAME = 100
TAKEN = "is the name of an account already; choose another"


@dataclass(frozen=True, kw_only=True)
class Once:
    """A first password with its hash, made before the transaction: hashing is slow."""

    password: str
    hash: str

    @classmethod
    def made(cls) -> "Once":
        password = first_password()
        return cls(password=password, hash=hashed(password))


def add(
    tx: sa.Connection,
    service: str,
    *,
    name: str,
    display_name: str,
    unit: str,
    roles: Sequence[str],
    once: Once,
    now: datetime,
    by: str,
) -> Account:
    """Make a local account; its first password must be changed at the first sign-in."""
    new = Account(
        name=checked_name(name),
        display_name=_checked_display_name(display_name),
        unit=checked_unit(service, unit),
        roles=checked_roles(service, roles),
        password_hash=once.hash,
        must_change=True,
        made_at=now,
    )
    if not store.add(tx, new):
        raise Invalid(Fault("name", TAKEN))
    store.write(tx, new.name, "added", now=now, by=by, note=f"{unit}: {', '.join(new.roles)}")
    return new


def reset(
    tx: sa.Connection, name: str, *, once: Once, now: datetime, by: str, unit: str = ""
) -> Account:
    """Give an account another first password; its sessions end. Raises NotFound."""
    found = named(tx, name, unit)
    if found.origin != "local":
        raise Invalid(Fault("name", f"{name} signs in elsewhere and has no password here"))
    return _kept(
        tx,
        replace(found, password_hash=once.hash, must_change=True, disabled_at=None),
        "password reset",
        now=now,
        by=by,
    )


def disable(tx: sa.Connection, name: str, *, now: datetime, by: str, unit: str = "") -> Account:
    """Let an account open nothing any more; its sessions end. Raises NotFound."""
    found = named(tx, name, unit)
    ended = replace(found, disabled_at=found.disabled_at or now)
    return _kept(tx, ended, "disabled", now=now, by=by)


def give_roles(
    tx: sa.Connection,
    service: str,
    name: str,
    roles: Sequence[str],
    *,
    now: datetime,
    by: str,
    unit: str = "",
) -> Account:
    """Let an account do other things from now on; its sessions end. Raises NotFound, Invalid."""
    found = replace(named(tx, name, unit), roles=checked_roles(service, roles))
    return _kept(tx, found, "roles changed", now=now, by=by, note=", ".join(found.roles))


def named(tx: sa.Connection, name: str, unit: str = "") -> Account:
    """An account, of a unit if that is named; raises NotFound."""
    found = store.account(tx, name.strip().lower(), to_change=True)
    if found is None or unit not in ("", found.unit):
        raise NotFound(f"there is no account {name[:64]!r}{f' in {unit}' if unit else ''}")
    return found


def _kept(
    tx: sa.Connection, changed: Account, what: str, *, now: datetime, by: str, note: str = ""
) -> Account:
    store.keep(tx, changed)
    store.end_all(tx, changed.name)
    store.write(tx, changed.name, what, now=now, by=by, note=note)
    return changed


def _checked_display_name(text: str) -> str:
    clean = " ".join(text.split())
    if not 0 < len(clean) <= LONGEST_NAME:
        raise Invalid(Fault("display_name", f"must have 1 to {LONGEST_NAME} characters"))
    return clean
