"""The ways to departments' own systems: what these tables are for stands in systems/tables.py."""

import sqlalchemy as sa
from alembic import op

from shared.database import Document, Moment

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _news()
    op.create_table(
        "system_lines",
        sa.Column("department", sa.String(64), primary_key=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("next_at", Moment()),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("failed_at", Moment()),
        sa.Column("answered_at", Moment()),
    )
    op.create_table(
        "system_polls",
        sa.Column("department", sa.String(64), primary_key=True),
        sa.Column("assignment", sa.String(300), primary_key=True),
        sa.Column("due_at", Moment()),
        sa.Column("seen", sa.String(64), nullable=False),
    )
    op.create_table(
        "system_seen",
        sa.Column("department", sa.String(64), primary_key=True),
        sa.Column("signature", sa.String(64), primary_key=True),
        sa.Column("until", Moment(), nullable=False),
    )
    op.create_index("ix_system_seen_until", "system_seen", ["until"])
    op.create_table(
        "system_files",
        sa.Column("department", sa.String(64), primary_key=True),
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("faults", Document, nullable=False),
        sa.Column("begun_at", Moment(), nullable=False),
        sa.Column("done_at", Moment()),
    )
    op.create_table(
        "system_problems",
        sa.Column("department", sa.String(64), primary_key=True),
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("assignment", sa.String(300), nullable=False),
        sa.Column("field", sa.String(300), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("last_at", Moment(), nullable=False),
    )


def _news() -> None:
    op.create_table(
        "system_news",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("department", sa.String(64), nullable=False),
        sa.Column("assignment", sa.String(300), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(100), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("told_at", Moment()),
    )
    op.create_index("system_news_of_a_task", "system_news", ["assignment", "number"], unique=True)
    op.create_index(
        "system_news_to_tell",
        "system_news",
        ["department", "due_at"],
        sqlite_where=sa.text("told_at IS NULL"),
        postgresql_where=sa.text("told_at IS NULL"),
    )
