"""How far processes have read the stream, so that none alerts on what another has yet to read."""

import sqlalchemy as sa
from alembic import op

from shared.database import Moment

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "tides",
        sa.Column("process", sa.String(36), primary_key=True),
        sa.Column("read_to", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
    )
