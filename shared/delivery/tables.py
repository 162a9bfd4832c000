"""The tables that delivery keeps in every service's database.

inbox   the ids of messages that have had their effect
outbox  what a committed transaction wants sent; one row holds all messages of one transaction
parked  messages set aside for a person, with the reason and what was done about them
"""

from typing import Any

import sqlalchemy as sa

from shared.database import Document, Moment

metadata = sa.MetaData()

inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("id", sa.String(160), primary_key=True),
    sa.Column("read_at", sa.Float(), nullable=False, index=True),
)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("written_at", sa.Float(), nullable=False),
    sa.Column("messages", sa.JSON(), nullable=False),
)

parked = sa.Table(
    "parked",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("message_id", sa.String(160), nullable=False),
    sa.Column("type", sa.String(80), nullable=False),
    sa.Column("case_code", sa.String(40), nullable=False),
    sa.Column("sender", sa.String(120), nullable=False),
    sa.Column("direction", sa.String(10), nullable=False),
    sa.Column("reason", sa.Text(), nullable=False),
    sa.Column("wire", Document, nullable=False),
    sa.Column("parked_at", Moment(), nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("settled_at", Moment()),
    sa.Column("settled_by", sa.String(120)),
    sa.Column("note", sa.Text()),
)
sa.Index(
    "parked_once",
    parked.c.sender,
    parked.c.message_id,
    parked.c.direction,
    unique=True,
    sqlite_where=parked.c.state == "parked",
    postgresql_where=parked.c.state == "parked",
)


def create(op: Any) -> None:
    """Called by the first migration of every service."""
    bind = op.get_bind()
    metadata.create_all(bind)
    if bind.dialect.name == "postgresql":
        # A row of the outbox lives for milliseconds: nobody looks into it, and compressing it
        # would take longer than everything else that is done with it.
        bind.exec_driver_sql("ALTER TABLE outbox ALTER COLUMN messages SET STORAGE EXTERNAL")
