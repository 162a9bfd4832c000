"""How applicants rate the handling of their cases."""

import sqlalchemy as sa
from alembic import op

from shared.database import Moment

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "ratings",
        sa.Column("case_code", sa.String(40), primary_key=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("item", sa.String(64), nullable=False),
        sa.Column("region", sa.String(300), nullable=False),
        sa.Column("department", sa.String(64), nullable=False),
    )
    op.create_index("ratings_of_department", "ratings", ["department", "at"])
