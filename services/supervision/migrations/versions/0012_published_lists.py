"""The tasks, cards and ratings behind published sheets; and when the clock of an assignment stood
still."""

import sqlalchemy as sa
from alembic import op

from shared.database import Moment

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "fact_stops",
        sa.Column("case_code", sa.String(40), primary_key=True),
        sa.Column("assignment", sa.String(300), primary_key=True),
        sa.Column("since", Moment(), primary_key=True),
        sa.Column("until", Moment(), nullable=False),
    )
    op.add_column(
        "sheets", sa.Column("listed", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_table(
        "sheet_facts",
        *_of_sheet(),
        sa.Column("case_code", sa.String(40), primary_key=True),
        sa.Column("assignment", sa.String(300), primary_key=True),
        sa.Column("task", sa.String(64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("accepted_at", Moment()),
        sa.Column("ended_at", Moment(), nullable=False),
        sa.Column("ending", sa.String(20), nullable=False),
        sa.Column("outcome", sa.String(300), nullable=False),
        sa.Column("unit", sa.String(20), nullable=False),
        sa.Column("budget", sa.Integer(), nullable=False),
        sa.Column("used", sa.Float(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("acceptance_unit", sa.String(20), nullable=False),
        sa.Column("acceptance_budget", sa.Integer(), nullable=False),
        sa.Column("acceptance_used", sa.Float(), nullable=False),
        sa.Column("acceptance_late", sa.Boolean(), nullable=False),
        sa.Column("returns", sa.Integer(), nullable=False),
        sa.Column("stops", sa.Integer(), nullable=False),
    )
    op.create_table(
        "sheet_cards",
        *_of_sheet(),
        sa.Column("alert", sa.String(420), primary_key=True),
        sa.Column("rung", sa.String(20), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("case_code", sa.String(300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_table(
        "sheet_ratings",
        *_of_sheet(),
        sa.Column("case_code", sa.String(40), primary_key=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
    )


def _of_sheet() -> tuple[sa.Column[object], ...]:
    """Of which sheet a row is; few rows of a department are read at a time."""
    return (
        sa.Column("period", sa.String(40), primary_key=True),
        sa.Column("region", sa.String(10), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("department", sa.String(300), primary_key=True),
    )
