"""The tables of the ways to departments' systems, beside those of the desk.

system_news      what a system is to be told about its tasks, and whether it was
system_lines     whether each department's system answers
system_polls     which results are asked for, and when
system_seen      signatures of requests that were here: none counts twice
system_files     files with results, and how far they have been taken
system_problems  results that broke a rule and had no sender waiting for an answer
"""

import sqlalchemy as sa

from services.department.store import metadata
from shared.database import Document, Moment

news = sa.Table(
    "system_news",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("department", sa.String(64), nullable=False),
    sa.Column("assignment", sa.String(300), nullable=False),
    sa.Column("number", sa.Integer(), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("made_at", Moment(), nullable=False),
    sa.Column("due_at", Moment(), nullable=False),
    sa.Column("attempts", sa.Integer(), nullable=False),
    sa.Column("holder", sa.String(100), nullable=False),
    sa.Column("error", sa.Text(), nullable=False),
    sa.Column("told_at", Moment()),
)
sa.Index("system_news_of_a_task", news.c.assignment, news.c.number, unique=True)
sa.Index(
    "system_news_to_tell",
    news.c.department,
    news.c.due_at,
    sqlite_where=news.c.told_at.is_(None),
    postgresql_where=news.c.told_at.is_(None),
)

lines = sa.Table(
    "system_lines",
    metadata,
    sa.Column("department", sa.String(64), primary_key=True),
    sa.Column("failures", sa.Integer(), nullable=False),
    sa.Column("next_at", Moment()),
    sa.Column("error", sa.Text(), nullable=False),
    sa.Column("failed_at", Moment()),
    sa.Column("answered_at", Moment()),
)

polls = sa.Table(
    "system_polls",
    metadata,
    sa.Column("department", sa.String(64), primary_key=True),
    sa.Column("assignment", sa.String(300), primary_key=True),
    sa.Column("due_at", Moment()),
    sa.Column("seen", sa.String(64), nullable=False),
)

seen = sa.Table(
    "system_seen",
    metadata,
    sa.Column("department", sa.String(64), primary_key=True),
    sa.Column("signature", sa.String(64), primary_key=True),
    sa.Column("until", Moment(), nullable=False, index=True),
)

files = sa.Table(
    "system_files",
    metadata,
    sa.Column("department", sa.String(64), primary_key=True),
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("name", sa.String(300), nullable=False),
    sa.Column("rows_done", sa.Integer(), nullable=False),
    sa.Column("faults", Document, nullable=False),
    sa.Column("begun_at", Moment(), nullable=False),
    sa.Column("done_at", Moment()),
)

problems = sa.Table(
    "system_problems",
    metadata,
    sa.Column("department", sa.String(64), primary_key=True),
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("assignment", sa.String(300), nullable=False),
    sa.Column("field", sa.String(300), nullable=False),
    sa.Column("problem", sa.Text(), nullable=False),
    sa.Column("times", sa.Integer(), nullable=False),
    sa.Column("last_at", Moment(), nullable=False),
)
