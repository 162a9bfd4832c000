"""Notices: who is told of which alert, by what, and what became of it."""

import sqlalchemy as sa
from alembic import op

from shared.database import Moment

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("alert", sa.String(420), primary_key=True),
        sa.Column("person", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("channels", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("queued_at", Moment(), nullable=False),
        sa.Column("next_at", Moment(), nullable=False),
        sa.Column("digest", sa.String(36), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("told_at", Moment()),
        sa.Column("error", sa.String(300), nullable=False),
    )
    waits = sa.text("state = 'waiting'")
    op.create_index(
        "notices_coming",
        "notices",
        ["next_at", "person"],
        sqlite_where=waits,
        postgresql_where=waits,
    )
