"""The first tables of intake: what they are for stands in services/intake/store.py."""

import sqlalchemy as sa
from alembic import op

from shared.database import Document, Moment
from shared.delivery import tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    tables.create(op)
    op.create_table(
        "items",
        sa.Column("item", sa.String(64), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("published", sa.Text(), nullable=False),
    )
    op.create_table(
        "serials",
        sa.Column("series", sa.String(40), primary_key=True),
        sa.Column("reserved", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "materials",
        sa.Column("digest", sa.String(80), primary_key=True),
        sa.Column("media_type", sa.String(100), primary_key=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("stored_at", Moment(), nullable=False),
    )
    op.create_table(
        "cases",
        sa.Column("code", sa.String(40), primary_key=True),
        sa.Column("item", sa.String(64), nullable=False),
        sa.Column("item_version", sa.Integer(), nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.Column("withdrawn_at", Moment()),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("key", sa.String(64), nullable=False, unique=True),
        sa.Column("salt", sa.String(64), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("application", Document, nullable=False),
    )
    op.create_table(
        "supplements",
        sa.Column("case_code", sa.String(40), primary_key=True),
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
    )
    op.create_table(
        "tracks",
        sa.Column("case_code", sa.String(40), primary_key=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("steps", Document, nullable=False),
        sa.Column("notices", Document, nullable=False),
    )
    op.create_table(
        "held",
        sa.Column("case_code", sa.String(40), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("progressed", sa.Text(), nullable=False),
    )
