"""Who may sign in to the pages: accounts, sessions, failed sign-ins and their log."""

from alembic import op

from shared.accounts import tables

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    tables.create(op)
