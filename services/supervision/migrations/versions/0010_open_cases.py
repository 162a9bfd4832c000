"""The open cases are found without looking at those that are closed."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    opened = sa.text("closed_at IS NULL")
    op.create_index("cases_open", "cases", ["code"], sqlite_where=opened, postgresql_where=opened)
