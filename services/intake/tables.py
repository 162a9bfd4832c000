"""The tables of intake.

items        every published version of a service item, as routing said it
serials      how many serials of case codes are given out, by series
materials    the files that are stored
cases        what was handed in, and what proves who did
reviews      applications that a clerk looks at before they are accepted
clerks       tokens of those who look at them
ratings      how applicants rate the handling of their cases
supplements  idempotency keys (their digests), so that a retry adds nothing
tracks       how far each case is, as routing said last
held         messages of the case stream that came before their turn
"""

import sqlalchemy as sa

from shared.database import Document, Moment

metadata = sa.MetaData()

items = sa.Table(
    "items",
    metadata,
    sa.Column("item", sa.String(64), primary_key=True),
    sa.Column("version", sa.Integer(), primary_key=True),
    sa.Column("published", sa.Text(), nullable=False),
)

serials = sa.Table(
    "serials",
    metadata,
    sa.Column("series", sa.String(40), primary_key=True),
    sa.Column("reserved", sa.BigInteger(), nullable=False),
)

materials = sa.Table(
    "materials",
    metadata,
    sa.Column("digest", sa.String(80), primary_key=True),
    sa.Column("media_type", sa.String(100), primary_key=True),
    sa.Column("size", sa.BigInteger(), nullable=False),
    sa.Column("stored_at", Moment(), nullable=False),
)

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("code", sa.String(40), primary_key=True),
    sa.Column("item", sa.String(64), nullable=False),
    sa.Column("item_version", sa.Integer(), nullable=False),
    sa.Column("received_at", Moment(), nullable=False),
    sa.Column("withdrawn_at", Moment()),
    sa.Column("secret", sa.String(64), nullable=False),
    sa.Column("key", sa.String(64), nullable=False, unique=True),
    sa.Column("salt", sa.String(64), nullable=False),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("application", Document, nullable=False),
)

reviews = sa.Table(
    "reviews",
    metadata,
    sa.Column("case_code", sa.String(40), primary_key=True),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("due_at", Moment()),
    sa.Column("review", Document, nullable=False),
)
"""`due_at` is the moment after which the application counts as accepted, null where none is."""

sa.Index(
    "reviews_coming",
    reviews.c.due_at,
    reviews.c.case_code,
    sqlite_where=reviews.c.due_at.is_not(None),
    postgresql_where=reviews.c.due_at.is_not(None),
)

clerks = sa.Table(
    "clerks",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("name", sa.String(300), nullable=False),
    sa.Column("made_at", Moment(), nullable=False),
    sa.Column("revoked_at", Moment()),
)

ratings = sa.Table(
    "ratings",
    metadata,
    sa.Column("case_code", sa.String(40), primary_key=True),
    sa.Column("level", sa.Integer(), nullable=False),
    sa.Column("comment", sa.Text(), nullable=False),
    sa.Column("at", Moment(), nullable=False),
)

supplements = sa.Table(
    "supplements",
    metadata,
    sa.Column("case_code", sa.String(40), primary_key=True),
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("fingerprint", sa.String(64), nullable=False),
)
"""Supplements that were sent under an idempotency key (its digest), so that a retry adds none."""

tracks = sa.Table(
    "tracks",
    metadata,
    sa.Column("case_code", sa.String(40), primary_key=True),
    sa.Column("number", sa.Integer(), nullable=False),
    sa.Column("state", sa.String(40), nullable=False),
    sa.Column("at", Moment(), nullable=False),
    sa.Column("outcome", sa.String(40), nullable=False),
    sa.Column("steps", Document, nullable=False),
    sa.Column("notices", Document, nullable=False),
)

held = sa.Table(
    "held",
    metadata,
    sa.Column("case_code", sa.String(40), primary_key=True),
    sa.Column("number", sa.Integer(), primary_key=True),
    sa.Column("progressed", sa.Text(), nullable=False),
)
"""Messages of the case stream that came before their turn."""
