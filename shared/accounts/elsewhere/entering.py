"""Beginning a session for somebody whom the provider vouches for."""

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from shared.accounts import store
from shared.accounts.account import Account
from shared.accounts.elsewhere.claims import Known
from shared.accounts.elsewhere.refusals import NotForUs
from shared.accounts.entering import Browser, begin
from shared.database import Database


def enter(database: Database, known: Known, *, browser: Browser, now: datetime) -> str:
    """The id of a new session; raises NotForUs. Name, unit and roles are as the provider says now.

    A local account is never taken over: the name of one is refused, whoever bears it elsewhere.
    """
    with database.transaction() as tx:
        account = _account(tx, known, now)
        if account.disabled_at is not None:
            raise NotForUs(f"the account {account.name} is disabled here")
        return begin(tx, account, browser, now)


def _account(tx: sa.Connection, known: Known, now: datetime) -> Account:
    found = store.account_of_subject(tx, known.subject)
    if found is not None:
        now_says = replace(
            found, display_name=known.display_name, unit=known.unit, roles=known.roles
        )
        if now_says != found:
            store.keep(tx, now_says)
            store.end_all(tx, found.name)
            store.write(tx, found.name, "changed elsewhere", now=now, note=", ".join(known.roles))
        return now_says
    new = Account(
        name=known.account,
        display_name=known.display_name,
        unit=known.unit,
        roles=known.roles,
        password_hash="",
        must_change=False,
        origin="oidc",
        subject=known.subject,
        made_at=now,
    )
    if not store.add(tx, new):
        raise NotForUs(f"the account {known.account} is another person's here")
    store.write(tx, new.name, "added", now=now, by="elsewhere", note=known.unit)
    return new
