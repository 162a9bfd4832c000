"""The first tables of supervision: what they are for stands in services/supervision/tables.py."""

import sqlalchemy as sa
from alembic import op

from shared.database import Moment
from shared.delivery import tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    tables.create(op)
    _create_cases()
    _create_trace()
    _create_alerts()


def _create_cases() -> None:
    op.create_table(
        "cases",
        sa.Column("code", sa.String(40), primary_key=True),
        sa.Column("item", sa.String(64), nullable=False),
        sa.Column("item_version", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(300), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("lead", sa.String(64), nullable=False),
        sa.Column("opened_at", Moment()),
        sa.Column("closed_at", Moment()),
        sa.Column("stops", sa.Text(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(64), nullable=False),
    )
    op.create_table(
        "clocks",
        sa.Column("id", sa.String(400), primary_key=True),
        sa.Column("case_code", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("department", sa.String(64), nullable=False),
        sa.Column("task", sa.String(64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("source", sa.String(300), nullable=False),
        sa.Column("limit", sa.Text(), nullable=False),
        sa.Column("due_at", Moment()),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("ended_at", Moment()),
        sa.Column("rungs", sa.Text(), nullable=False),
        sa.Column("next_at", Moment()),
    )
    op.create_index("clocks_of_case", "clocks", ["case_code"])
    _create_partial_index("clocks_open", "clocks", ["case_code"], "ended_at IS NULL")
    _create_partial_index("clocks_coming", "clocks", ["next_at", "id"], "next_at IS NOT NULL")
    _create_partial_index(
        "clocks_provisional", "clocks", ["id"], "provisional AND ended_at IS NULL"
    )


def _create_trace() -> None:
    op.create_table(
        "held",
        sa.Column("case_code", sa.String(40), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_table(
        "trace",
        sa.Column("case_code", sa.String(40), primary_key=True),
        sa.Column("position", sa.Integer(), primary_key=True),
        sa.Column("source", sa.String(300), nullable=False),
        sa.Column("type", sa.String(80), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )


def _create_alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.String(420), primary_key=True),
        sa.Column("rung", sa.String(20), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("case_code", sa.String(300), nullable=False),
        sa.Column("department", sa.String(300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_index("alerts_by_time", "alerts", ["at"])
    op.create_index("alerts_of_case", "alerts", ["case_code"])
    op.create_table(
        "deliveries",
        sa.Column("channel", sa.String(20), primary_key=True),
        sa.Column("alert", sa.String(420), primary_key=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", Moment(), nullable=False),
    )
    op.create_index("deliveries_coming", "deliveries", ["channel", "next_at"])


def _create_partial_index(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)
