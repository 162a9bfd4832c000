"""The tables of accounts, the same in every service that has any.

accounts          who may sign in
account_sessions  which browsers are signed in; the id itself is only in the browser's cookie
account_guesses   failed sign-ins by account and by address, for the throttle
account_log       what was done with accounts, by whom, from where: lines that are only added
"""

from typing import Any

import sqlalchemy as sa

from shared.database import Document, Moment

metadata = sa.MetaData()

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("display_name", sa.String(100), nullable=False),
    sa.Column("unit", sa.String(64), nullable=False, index=True),
    sa.Column("roles", Document, nullable=False),
    sa.Column("password_hash", sa.String(200), nullable=False),
    sa.Column("must_change", sa.Boolean(), nullable=False),
    sa.Column("origin", sa.String(10), nullable=False),
    sa.Column("subject", sa.String(600), nullable=False),
    sa.Column("made_at", Moment(), nullable=False),
    sa.Column("disabled_at", Moment()),
)
sa.Index(
    "accounts_by_subject",
    accounts.c.subject,
    unique=True,
    sqlite_where=accounts.c.subject != "",
    postgresql_where=accounts.c.subject != "",
)

sessions = sa.Table(
    "account_sessions",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("account", sa.String(64), nullable=False, index=True),
    sa.Column("begun_at", Moment(), nullable=False, index=True),
    sa.Column("seen_at", Moment(), nullable=False),
    sa.Column("address", sa.String(64), nullable=False),
    sa.Column("browser", sa.String(200), nullable=False),
)

guesses = sa.Table(
    "account_guesses",
    metadata,
    sa.Column("source", sa.String(140), primary_key=True),
    sa.Column("count", sa.Integer(), nullable=False),
    sa.Column("last_at", Moment(), nullable=False),
)

log = sa.Table(
    "account_log",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("at", Moment(), nullable=False),
    sa.Column("account", sa.String(64), nullable=False),
    sa.Column("what", sa.String(40), nullable=False),
    sa.Column("by_whom", sa.String(100), nullable=False),
    sa.Column("address", sa.String(64), nullable=False),
    sa.Column("note", sa.String(300), nullable=False),
)
sa.Index("account_log_of_an_account", log.c.account, log.c.at)


def create(op: Any) -> None:
    """Called by the migration of a service that gets accounts."""
    metadata.create_all(op.get_bind())
