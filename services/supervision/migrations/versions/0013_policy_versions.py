"""The policies that were followed, by which each alert says that it was raised."""

import sqlalchemy as sa
from alembic import op

from shared.database import Moment

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "policy_versions",
        sa.Column("version", sa.String(12), primary_key=True),
        sa.Column("first_at", Moment(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )
