"""The policies that were followed, each kept as it was written: an alert names the one that raised
it, and a card stands up in an appeal only if what it was drawn by can be read."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from services.supervision.tables import metadata
from shared.database import Moment
from shared.errors import NotFound
from shared.rows import insert_new

policy_versions = sa.Table(
    "policy_versions",
    metadata,
    sa.Column("version", sa.String(12), primary_key=True),
    sa.Column("first_at", Moment(), nullable=False),
    sa.Column("body", sa.Text(), nullable=False),
)


@dataclass(frozen=True, kw_only=True)
class PolicyVersion:
    """A text of policies.yaml, and when a process first went by it."""

    version: str
    first_at: datetime
    body: str


def note(tx: sa.Connection, version: str, now: datetime, body: str) -> None:
    """Keep a policy; one that is kept already stays as it is."""
    insert_new(tx, policy_versions, [{"version": version, "first_at": now, "body": body}])


def versions(tx: sa.Connection) -> list[PolicyVersion]:
    """All there were, oldest first."""
    order = (policy_versions.c.first_at, policy_versions.c.version)
    return [PolicyVersion(**it._mapping) for it in tx.execute(_all().order_by(*order))]


def version(tx: sa.Connection, version: str) -> PolicyVersion:
    """One of them. Raises NotFound."""
    found = tx.execute(_all().where(policy_versions.c.version == version)).first()
    if found is None:
        raise NotFound(f"no policy {version[:64]!r} was ever followed: `policy versions` lists all")
    return PolicyVersion(**found._mapping)


def _all() -> sa.Select[tuple[str, datetime, str]]:
    return sa.select(policy_versions)
