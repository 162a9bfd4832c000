"""Who may sign in to the desk: accounts, sessions, failed sign-ins and their log."""

from alembic import op

from shared.accounts import tables

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    tables.create(op)
