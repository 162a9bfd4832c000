"""What officers at the desk need: who holds a task, drafts, clocks, a log, words to search in,
opinion templates, and the titles of the items' fields."""

import sqlalchemy as sa
from alembic import op

from services.department.desk.search import words_of
from shared.database import Document, Moment

revision = "0002"
down_revision = "0001"

TEXT = {"nullable": False, "server_default": ""}


def upgrade() -> None:
    with op.batch_alter_table("tasks") as tasks:
        tasks.add_column(sa.Column("holder", sa.String(100), **TEXT))
        tasks.add_column(sa.Column("holder_name", sa.String(300), **TEXT))
        tasks.add_column(sa.Column("draft", Document))
        tasks.add_column(sa.Column("drafted_by", sa.String(100), **TEXT))
        tasks.add_column(sa.Column("clocks", Document, nullable=False, server_default="{}"))
        tasks.add_column(sa.Column("log", Document, nullable=False, server_default="[]"))
        tasks.add_column(sa.Column("words", sa.Text(), **TEXT))
    op.create_table(
        "templates",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("department", sa.String(64), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("changed_by", sa.String(300), nullable=False),
    )
    op.create_index("templates_of_a_department", "templates", ["department", "title"])
    op.create_table(
        "items",
        sa.Column("item", sa.String(64), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("document", Document, nullable=False),
    )
    _fill()


def _fill() -> None:
    """Tasks that are there: their limits and words. A task that waits has waited since it changed
    last."""
    tasks = sa.table(
        "tasks",
        sa.column("assignment", sa.String()),
        sa.column("case_code", sa.String()),
        sa.column("state", sa.String()),
        sa.column("assigned_at", Moment()),
        sa.column("changed_at", Moment()),
        sa.column("officer", sa.String()),
        sa.column("document", Document),
        sa.column("clocks", Document),
        sa.column("words", sa.Text()),
    )
    bind = op.get_bind()
    for row in bind.execute(sa.select(tasks)).all():
        waits = row.state in ("returned", "suspended")
        clocks = {
            "region": row.document.get("region", ""),
            "started": row.assigned_at and row.assigned_at.isoformat(),
            "acceptance": row.document.get("acceptance"),
            "handling": row.document.get("handling"),
            "stops": [[row.changed_at.isoformat(), None]] if waits else [],
            "extended": None,
        }
        words = words_of(row.case_code, row.document, (row.officer,))
        found = sa.update(tasks).where(tasks.c.assignment == row.assignment)
        bind.execute(found.values(clocks=clocks, words=words))
