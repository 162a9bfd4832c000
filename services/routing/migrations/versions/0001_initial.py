"""The first tables of routing: what they are for stands in services/routing/store.py."""

import sqlalchemy as sa
from alembic import op

from shared.database import Moment
from shared.delivery import tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    tables.create(op)
    op.create_table(
        "cases",
        sa.Column("code", sa.String(40), primary_key=True),
        sa.Column("item", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(300), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("moved_at", Moment(), nullable=False),
        sa.Column("decided_at", Moment()),
        sa.Column("progress", sa.Text(), nullable=False),
    )
    op.create_index("cases_by_state", "cases", ["state"])
    op.create_table(
        "applications",
        sa.Column("code", sa.String(40), primary_key=True),
        sa.Column("document", sa.Text(), nullable=False),
    )
    op.create_table(
        "items",
        sa.Column("item", sa.String(64), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("published_at", Moment(), nullable=False),
    )
