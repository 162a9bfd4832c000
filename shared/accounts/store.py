"""Accounts, sessions, guesses and their log: rows and back."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from shared.accounts.account import Account, Session
from shared.accounts.tables import accounts, guesses, log, sessions
from shared.accounts.throttle import Guesses
from shared.database import insert_new, storable, upsert


def account(tx: sa.Connection, name: str, *, to_change: bool = False) -> Account | None:
    """The account of this name; locked when it is to be changed."""
    query = sa.select(accounts).where(accounts.c.name == name)
    return _account(tx.execute(query.with_for_update() if to_change else query).first())


def account_of_subject(tx: sa.Connection, subject: str) -> Account | None:
    """The account of somebody who signs in elsewhere."""
    return _account(tx.execute(sa.select(accounts).where(accounts.c.subject == subject)).first())


def accounts_of(tx: sa.Connection, unit: str = "") -> list[Account]:
    """The accounts of a unit, or all, by name."""
    query = sa.select(accounts).order_by(accounts.c.unit, accounts.c.name)
    rows = tx.execute(query.where(accounts.c.unit == unit) if unit else query)
    return [found for row in rows if (found := _account(row))]


def add(tx: sa.Connection, new: Account) -> bool:
    """Keep a new account; False when its name is taken."""
    if account(tx, new.name) is not None:
        return False
    tx.execute(sa.insert(accounts), _row(new))
    return True


def keep(tx: sa.Connection, changed: Account) -> None:
    """Keep an account as it is now."""
    upsert(tx, accounts, [_row(changed)])


def session(tx: sa.Connection, digest: str) -> tuple[Session, Account] | None:
    """A session and whose it is, unless that account is disabled."""
    query = (
        sa.select(sessions, accounts)
        .join_from(sessions, accounts, sessions.c.account == accounts.c.name)
        .where(sessions.c.digest == digest, accounts.c.disabled_at.is_(None))
    )
    row = tx.execute(query).first()
    if row is None:
        return None
    plain = [row[at] for at in range(len(row))]
    cut = len(sessions.columns)
    held = Session(**dict(zip(sessions.c.keys(), plain[:cut], strict=True)))
    whose = dict(zip(accounts.c.keys(), plain[cut:], strict=True))
    return held, Account(**{**whose, "roles": tuple(whose["roles"])})


def sessions_of(tx: sa.Connection, name: str) -> list[Session]:
    """The sessions of an account, the one used last first."""
    rows = tx.execute(
        sa.select(sessions).where(sessions.c.account == name).order_by(sessions.c.seen_at.desc())
    )
    return [Session(**row._mapping) for row in rows]


def begin(tx: sa.Connection, new: Session) -> None:
    """Keep a session that begins."""
    tx.execute(sa.insert(sessions), dict(vars(new)))


def seen(tx: sa.Connection, digest: str, now: datetime) -> None:
    """A session was used."""
    tx.execute(sa.update(sessions).where(sessions.c.digest == digest).values(seen_at=now))


def end(tx: sa.Connection, digest: str) -> None:
    """End one session."""
    tx.execute(sa.delete(sessions).where(sessions.c.digest == digest))


def end_all(tx: sa.Connection, name: str, *, but: str = "") -> None:
    """End all sessions of an account, `but` one perhaps."""
    tx.execute(sa.delete(sessions).where(sessions.c.account == name, sessions.c.digest != but))


def sweep(tx: sa.Connection, begun_before: datetime, seen_before: datetime) -> None:
    """Forget sessions that have ended, and guesses that nobody counts any more."""
    over = (sessions.c.begun_at < begun_before) | (sessions.c.seen_at < seen_before)
    tx.execute(sa.delete(sessions).where(over))
    tx.execute(sa.delete(guesses).where(guesses.c.last_at < begun_before))


def guesses_of(tx: sa.Connection, sources: Sequence[str], now: datetime) -> list[Guesses]:
    """What each source has failed lately, locked; those who come at once are all counted."""
    ordered = sorted(sources)
    insert_new(tx, guesses, [{"source": it, "count": 0, "last_at": now} for it in ordered])
    query = (
        sa.select(guesses).where(guesses.c.source.in_(ordered)).order_by(guesses.c.source)
    ).with_for_update()
    return [Guesses(**row._mapping) for row in tx.execute(query)]


def keep_guesses(tx: sa.Connection, counted: Sequence[Guesses]) -> None:
    """Keep how often each source has failed."""
    upsert(tx, guesses, [dict(vars(it)) for it in counted])


def write(
    tx: sa.Connection,
    name: str,
    what: str,
    *,
    now: datetime,
    by: str = "",
    address: str = "",
    note: str = "",
) -> None:
    """Add a line to the log. `by` is empty where people did it themselves."""
    line = {
        "id": str(uuid.uuid4()),
        "at": now,
        "account": storable(name)[:64],
        "what": what,
        "by_whom": by or name[:64],
        "address": address[:64],
        "note": storable(note)[:300],
    }
    tx.execute(sa.insert(log), line)


def lines_of(tx: sa.Connection, name: str, most: int = 50) -> list[dict[str, Any]]:
    """The log of an account, the newest line first."""
    query = sa.select(log).where(log.c.account == name).order_by(log.c.at.desc()).limit(most)
    return [dict(row._mapping) for row in tx.execute(query)]


def _account(row: sa.Row[Any] | None) -> Account | None:
    if row is None:
        return None
    plain = dict(row._mapping)
    return Account(**{**plain, "roles": tuple(plain["roles"])})


def _row(kept: Account) -> dict[str, Any]:
    return {**vars(kept), "roles": list(kept.roles)}
