"""Which answers were refused, so that another one under the same message id is told from them."""

import sqlalchemy as sa
from alembic import op

from shared.database import Moment

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "refused_answers",
        sa.Column("print", sa.String(16), primary_key=True),
        sa.Column("refused_at", Moment(), nullable=False),
    )
    op.create_index("ix_refused_answers_refused_at", "refused_answers", ["refused_at"])
