"""How applicants rate the handling of their cases, once each."""

import sqlalchemy as sa
from alembic import op

from shared.database import Moment

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "ratings",
        sa.Column("case_code", sa.String(40), primary_key=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
    )
