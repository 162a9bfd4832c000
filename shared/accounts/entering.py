"""Signing in and out, and changing one's own password. `now` is of the real clock.

Hashes are slow: they are computed between transactions, by the `aside` that is handed in.
"""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from shared.accounts import store
from shared.accounts.account import (
    IDLE,
    LONGEST,
    SEEN_AGAIN,
    Account,
    Session,
    check_password,
)
from shared.accounts.passwords import hashed, matches
from shared.accounts.throttle import Guesses, TooManyGuesses, sources
from shared.database import Database, storable
from shared.errors import Fault, Invalid

Aside = Callable[..., Any]
MISMATCH = "does not match the account"
SAME_AS_BEFORE = "is the password that you have"
WRONG = Fault("password", MISMATCH)


@dataclass(frozen=True, kw_only=True)
class Browser:
    """Where somebody signs in from."""

    address: str
    name: str


def digest_of(session: str) -> str:
    """What is kept of a session's id: 256 random bits need neither salt nor slowness."""
    return hashlib.sha256(session.encode("utf-8", "replace")).hexdigest()


def recognise(
    database: Database, session: str, now: datetime, *, used: bool = True
) -> tuple[Session, Account] | None:
    """Whose session it is, None when it does not hold any more; `used` lets it live on."""
    digest = digest_of(session)
    with database.reading() as tx:
        found = store.session(tx, digest)
    if found is None or not found[0].holds(now):
        return None
    if used and now - found[0].seen_at >= SEEN_AGAIN:
        with database.transaction() as tx:
            store.seen(tx, digest, now)
    return found


def sign_in(
    database: Database, name: str, password: str, *, browser: Browser, now: datetime, aside: Aside
) -> str:
    """Begin a session and return its id; raises Invalid, or TooManyGuesses.

    Nobody learns from the answer whether there is such an account.
    """
    name = storable(name.strip().lower())[:200]
    counted = _count(database, sources(name, browser.address), now)
    with database.reading() as tx:
        known = store.account(tx, name)
    local = known if known and known.origin == "local" and known.disabled_at is None else None
    right = aside(matches, password, local.password_hash if local else "")
    if local is None or not right:
        with database.transaction() as tx:
            store.write(tx, name, "refused", now=now, address=browser.address)
        raise Invalid(WRONG)
    with database.transaction() as tx:
        _forgive(tx, counted)
        return begin(tx, local, browser, now)


def _count(database: Database, of: Sequence[str], now: datetime) -> list[Guesses]:
    """Count a try before it is made, so that many at once are all counted; returns what stood
    there before. Raises TooManyGuesses."""
    with database.transaction() as tx:
        before = store.guesses_of(tx, of, now)
        wait = max(it.wait(now) for it in before)
        if wait > timedelta(0):
            raise TooManyGuesses(wait)
        store.keep_guesses(tx, [it.another(now) for it in before])
    return before


def _forgive(tx: sa.Connection, before: Sequence[Guesses]) -> None:
    """A right password clears its account; an address keeps what it had failed before: whoever has
    an account of their own could otherwise go on guessing others' for ever."""
    cleared = [replace(it, count=0) if it.source.startswith("account ") else it for it in before]
    store.keep_guesses(tx, cleared)


def begin(tx: sa.Connection, account: Account, browser: Browser, now: datetime) -> str:
    """Begin a session of an account and return its id."""
    session = secrets.token_urlsafe(32)
    store.sweep(tx, now - LONGEST, now - IDLE)
    store.begin(
        tx,
        Session(
            digest=digest_of(session),
            account=account.name,
            begun_at=now,
            seen_at=now,
            address=browser.address[:64],
            browser=storable(browser.name)[:200],
        ),
    )
    store.write(tx, account.name, "signed in", now=now, address=browser.address)
    return session


def sign_out(database: Database, session: str, now: datetime) -> None:
    """End a session, if it is one."""
    digest = digest_of(session)
    with database.transaction() as tx:
        found = store.session(tx, digest)
        store.end(tx, digest)
        if found is not None:
            store.write(tx, found[1].name, "signed out", now=now)


def change_password(
    database: Database,
    account: Account,
    *,
    current: str,
    new: str,
    browser: Browser,
    now: datetime,
    aside: Aside,
) -> str:
    """Change one's own password: all sessions end, and a new one begins, whose id is returned.

    Raises Invalid. Guesses of the current password count as failed sign-ins do.
    """
    check_password(new, name=account.name)
    if current == new:
        raise Invalid(Fault("new_password", SAME_AS_BEFORE))
    counted = _count(database, sources(account.name, browser.address)[:1], now)
    if not aside(matches, current, account.password_hash):
        raise Invalid(Fault("current_password", MISMATCH))
    made = aside(hashed, new)
    with database.transaction() as tx:
        _forgive(tx, counted)
        found = store.account(tx, account.name, to_change=True)
        if found is None or found.password_hash != account.password_hash:
            raise Invalid(Fault("current_password", MISMATCH))
        store.keep(tx, replace(found, password_hash=made, must_change=False))
        store.end_all(tx, account.name)
        store.write(tx, account.name, "password changed", now=now, address=browser.address)
        return begin(tx, account, browser, now)
