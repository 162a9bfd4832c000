"""Cases, clocks, trace, alerts.

Revision ID: 0001
Revises:
"""

from alembic import op

from services.supervision import tables as supervision
from shared.delivery import tables as delivery

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    delivery.create(op)
    supervision.metadata.create_all(op.get_bind())
