"""Applications that a clerk looks at before they are accepted."""

import sqlalchemy as sa
from alembic import op

from shared.database import Document, Moment

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "reviews",
        sa.Column("case_code", sa.String(40), primary_key=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("due_at", Moment()),
        sa.Column("review", Document, nullable=False),
    )
    coming = sa.column("due_at").is_not(None)
    op.create_index(
        "reviews_coming",
        "reviews",
        ["due_at", "case_code"],
        sqlite_where=coming,
        postgresql_where=coming,
    )
