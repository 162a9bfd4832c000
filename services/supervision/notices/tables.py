"""Supervision's table of notices: an alert and a person who is to be told of it.

`channels` are the names of the person's channels in the order in which they are tried, as JSON, and
`place` is that of the one which is tried now, or which told it. No address is kept here: addresses
hold tokens, and may change before the next attempt.
"""

import sqlalchemy as sa

from services.supervision.tables import metadata
from shared.database import Moment

WAITING, TOLD, FAILED, WITHDRAWN = "waiting", "told", "failed", "withdrawn"

notices = sa.Table(
    "notices",
    metadata,
    sa.Column("alert", sa.String(420), primary_key=True),
    sa.Column("person", sa.String(64), primary_key=True),
    sa.Column("name", sa.String(300), nullable=False),
    sa.Column("why", sa.Text(), nullable=False),
    sa.Column("channels", sa.Text(), nullable=False),
    sa.Column("place", sa.Integer(), nullable=False),
    sa.Column("attempts", sa.Integer(), nullable=False),
    sa.Column("urgent", sa.Boolean(), nullable=False),
    sa.Column("queued_at", Moment(), nullable=False),
    sa.Column("next_at", Moment(), nullable=False),
    sa.Column("digest", sa.String(36), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("told_at", Moment()),
    sa.Column("error", sa.String(300), nullable=False),
)
waits = notices.c.state == sa.literal_column(f"'{WAITING}'")
"""The condition of the index, as it stands there: with a parameter SQLite would not see it."""
sa.Index(
    "notices_coming",
    notices.c.next_at,
    notices.c.person,
    sqlite_where=waits,
    postgresql_where=waits,
)
