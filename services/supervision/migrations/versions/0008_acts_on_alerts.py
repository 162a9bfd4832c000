"""What people do about alerts, and which alerts still wait to be acknowledged."""

import sqlalchemy as sa
from alembic import op

from shared.database import Moment

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "acts",
        sa.Column("alert", sa.String(420), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )
    with op.batch_alter_table("alerts") as table:
        for name in ("acknowledge_by", "acknowledged_at", "appealed_at", "withdrawn_at"):
            table.add_column(sa.Column(name, Moment()))
    waits = sa.text("acknowledge_by IS NOT NULL")
    op.create_index(
        "alerts_awaited",
        "alerts",
        ["acknowledge_by", "case_code"],
        sqlite_where=waits,
        postgresql_where=waits,
    )
