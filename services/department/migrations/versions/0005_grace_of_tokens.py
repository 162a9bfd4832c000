"""Until when a token that was replaced is honoured; what is revoked opens nothing at once."""

import sqlalchemy as sa
from alembic import op

from shared.database import Moment

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("tokens", sa.Column("opens_until", Moment()))
