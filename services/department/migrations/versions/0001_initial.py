"""The first tables of the desk: what they are for stands in services/department/store.py."""

import sqlalchemy as sa
from alembic import op

from shared.database import Document, Moment
from shared.delivery import tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    tables.create(op)
    op.create_table(
        "tasks",
        sa.Column("assignment", sa.String(300), primary_key=True),
        sa.Column("department", sa.String(64), nullable=False),
        sa.Column("case_code", sa.String(40), nullable=False),
        sa.Column("task", sa.String(64), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("assigned_at", Moment()),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("officer", sa.String(300), nullable=False),
        sa.Column("document", Document, nullable=False),
        sa.Column("answer", Document),
        sa.Column("note", sa.Text(), nullable=False),
    )
    op.create_index("tasks_of_a_department", "tasks", ["department", "assigned_at", "assignment"])
    op.create_table(
        "tokens",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("department", sa.String(64), nullable=False),
        sa.Column("label", sa.String(100), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("revoked_at", Moment()),
    )
