"""Which versions of the regions' calendars all clocks were counted by."""

import sqlalchemy as sa
from alembic import op

from shared.database import Moment

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "published",
        sa.Column("region", sa.String(10), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("counted_at", Moment(), nullable=False),
    )
