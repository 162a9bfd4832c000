"""Facts: how each assignment and each case ended; and the sheets that were published of them."""

import sqlalchemy as sa
from alembic import op

from shared.database import Moment

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("cases", sa.Column("beside", sa.Text(), nullable=False, server_default="{}"))
    op.create_table(
        "facts",
        sa.Column("case_code", sa.String(40), primary_key=True),
        sa.Column("assignment", sa.String(300), primary_key=True),
        sa.Column("item", sa.String(64), nullable=False),
        sa.Column("item_version", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(300), nullable=False),
        sa.Column("department", sa.String(64), nullable=False),
        sa.Column("task", sa.String(64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("part_of", sa.String(300), nullable=False),
        sa.Column("assigned_at", Moment(), nullable=False),
        sa.Column("accepted_at", Moment()),
        sa.Column("ended_at", Moment(), nullable=False),
        sa.Column("ending", sa.String(20), nullable=False),
        sa.Column("outcome", sa.String(300), nullable=False),
        sa.Column("unit", sa.String(20), nullable=False),
        sa.Column("budget", sa.Integer(), nullable=False),
        sa.Column("used", sa.Float(), nullable=False),
        sa.Column("due_at", Moment()),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("acceptance_unit", sa.String(20), nullable=False),
        sa.Column("acceptance_budget", sa.Integer(), nullable=False),
        sa.Column("acceptance_used", sa.Float(), nullable=False),
        sa.Column("acceptance_late", sa.Boolean(), nullable=False),
        sa.Column("returns", sa.Integer(), nullable=False),
        sa.Column("stops", sa.Integer(), nullable=False),
        sa.Column("officer", sa.String(300), nullable=False),
    )
    op.create_index("facts_of_department", "facts", ["department", "ended_at"])
    op.create_index("facts_of_item", "facts", ["item", "ended_at"])
    op.create_table(
        "case_facts",
        sa.Column("case_code", sa.String(40), primary_key=True),
        sa.Column("item", sa.String(64), nullable=False),
        sa.Column("item_version", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(300), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("lead", sa.String(64), nullable=False),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("closed_at", Moment(), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        *(
            column
            for kind in ("statutory", "promised")
            for column in (
                sa.Column(f"{kind}_unit", sa.String(20), nullable=False),
                sa.Column(f"{kind}_budget", sa.Integer(), nullable=False),
                sa.Column(f"{kind}_used", sa.Float(), nullable=False),
                sa.Column(f"{kind}_due_at", Moment()),
                sa.Column(f"{kind}_late", sa.Boolean(), nullable=False),
            )
        ),
    )
    op.create_index("case_facts_of_lead", "case_facts", ["lead", "closed_at"])
    op.create_index("case_facts_of_item", "case_facts", ["item", "closed_at"])
    op.create_table(
        "sheets",
        sa.Column("period", sa.String(40), primary_key=True),
        sa.Column("region", sa.String(10), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("published_at", Moment(), nullable=False),
        sa.Column("by", sa.String(300), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )
