"""The tables of facts.

facts       how each assignment ended: one row, written with the step that ends it
fact_stops  when its clock stood still meanwhile; most have no row
case_facts  how each case ended

What nobody measured is 0 or empty: a `budget` of 0 is no limit, and nothing was used of it.
"""

from typing import Any

import sqlalchemy as sa

from services.supervision.tables import metadata
from shared.database import Moment

facts = sa.Table(
    "facts",
    metadata,
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
sa.Index("facts_of_department", facts.c.department, facts.c.ended_at)
sa.Index("facts_of_item", facts.c.item, facts.c.ended_at)

fact_stops = sa.Table(
    "fact_stops",
    metadata,
    sa.Column("case_code", sa.String(40), primary_key=True),
    sa.Column("assignment", sa.String(300), primary_key=True),
    sa.Column("since", Moment(), primary_key=True),
    sa.Column("until", Moment(), nullable=False),
)


def _limit(kind: str) -> list[sa.Column[Any]]:
    return [
        sa.Column(f"{kind}_unit", sa.String(20), nullable=False),
        sa.Column(f"{kind}_budget", sa.Integer(), nullable=False),
        sa.Column(f"{kind}_used", sa.Float(), nullable=False),
        sa.Column(f"{kind}_due_at", Moment()),
        sa.Column(f"{kind}_late", sa.Boolean(), nullable=False),
    ]


case_facts = sa.Table(
    "case_facts",
    metadata,
    sa.Column("case_code", sa.String(40), primary_key=True),
    sa.Column("item", sa.String(64), nullable=False),
    sa.Column("item_version", sa.Integer(), nullable=False),
    sa.Column("region", sa.String(300), nullable=False),
    sa.Column("title", sa.Text(), nullable=False),
    sa.Column("lead", sa.String(64), nullable=False),
    sa.Column("opened_at", Moment(), nullable=False),
    sa.Column("closed_at", Moment(), nullable=False),
    sa.Column("outcome", sa.String(40), nullable=False),
    *_limit("statutory"),
    *_limit("promised"),
)
sa.Index("case_facts_of_lead", case_facts.c.lead, case_facts.c.closed_at)
sa.Index("case_facts_of_item", case_facts.c.item, case_facts.c.closed_at)
