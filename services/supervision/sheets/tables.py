"""The tables of published sheets.

sheets         what was published: each version whole, with the rules that it was scored by. Where
               it is `listed`, what its figures were counted from is kept beside it:
sheet_facts    the tasks, as their facts were then
sheet_cards    the cards, and
sheet_ratings  the ratings
"""

import sqlalchemy as sa

from services.supervision.tables import metadata
from shared.database import Moment


def _of_sheet() -> tuple[sa.Column[object], ...]:
    """Of which sheet a row is: what is kept of a department stands together."""
    return (
        sa.Column("period", sa.String(40), primary_key=True),
        sa.Column("region", sa.String(10), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("department", sa.String(300), primary_key=True),
    )


sheets = sa.Table(
    "sheets",
    metadata,
    sa.Column("period", sa.String(40), primary_key=True),
    sa.Column("region", sa.String(10), primary_key=True),
    sa.Column("version", sa.Integer(), primary_key=True),
    sa.Column("published_at", Moment(), nullable=False),
    sa.Column("by", sa.String(300), nullable=False),
    sa.Column("reason", sa.Text(), nullable=False),
    sa.Column("rules", sa.Text(), nullable=False),
    sa.Column("body", sa.Text(), nullable=False),
    sa.Column("listed", sa.Boolean(), nullable=False, server_default=sa.false()),
)

sheet_facts = sa.Table(
    "sheet_facts",
    metadata,
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

sheet_cards = sa.Table(
    "sheet_cards",
    metadata,
    *_of_sheet(),
    sa.Column("alert", sa.String(420), primary_key=True),
    sa.Column("rung", sa.String(20), nullable=False),
    sa.Column("at", Moment(), nullable=False),
    sa.Column("case_code", sa.String(300), nullable=False),
    sa.Column("body", sa.Text(), nullable=False),
)

sheet_ratings = sa.Table(
    "sheet_ratings",
    metadata,
    *_of_sheet(),
    sa.Column("case_code", sa.String(40), primary_key=True),
    sa.Column("level", sa.Integer(), nullable=False),
    sa.Column("comment", sa.Text(), nullable=False),
    sa.Column("at", Moment(), nullable=False),
)

ALL = (sheets, sheet_facts, sheet_cards, sheet_ratings)
