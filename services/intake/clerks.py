"""Who may look at applications before they are accepted: clerks, each by a token of their own.

What a clerk does over HTTP is done under the name that the token was made for, never under one
that a request states.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from services.intake.form import problem_with_text
from services.intake.receipt import digest_of
from services.intake.tables import clerks
from shared.delivery.work import Work
from shared.errors import Fault, Invalid, NotFound
from shared.messages.orders import LONGEST_NAME

ID_LENGTH = 12
"""Letters of a digest by which a token is named in a command."""


@dataclass(frozen=True, kw_only=True)
class Clerk:
    """A token as it is kept: the digest names it, the token itself is not here."""

    digest: str
    name: str
    made_at: datetime
    revoked_at: datetime | None

    @property
    def id(self) -> str:
        return self.digest[:ID_LENGTH]


def add(work: Work, name: str) -> str:
    """Make a token for a clerk; it is returned once and not kept. Raises Invalid."""
    wrong = problem_with_text(name, LONGEST_NAME) or ("" if name.strip() else "is missing")
    if wrong:
        raise Invalid(Fault("name", wrong))
    token = secrets.token_urlsafe(32)
    row = {"digest": digest_of(token), "name": name.strip(), "made_at": work.now}
    work.transaction.execute(sa.insert(clerks), row)
    return token


def revoke(work: Work, token_id: str) -> None:
    """Let a token open nothing any more, at once. Raises NotFound."""
    meant = sa.and_(clerks.c.digest.startswith(token_id, autoescape=True), _opens())
    done = work.transaction.execute(sa.update(clerks).where(meant).values(revoked_at=work.now))
    if len(token_id) < ID_LENGTH or not done.rowcount:
        raise NotFound(f"there is no valid token {token_id}; see `onewindow window tokens`")


def all_of(tx: sa.Connection) -> list[Clerk]:
    """Every token, also those that were revoked, in the order of their making."""
    rows = tx.execute(sa.select(clerks).order_by(clerks.c.made_at, clerks.c.digest))
    return [Clerk(**row._mapping) for row in rows]


def name_under(tx: sa.Connection, digest: str) -> str | None:
    """Who stands behind a token; None where it opens nothing."""
    return tx.execute(sa.select(clerks.c.name).where(clerks.c.digest == digest, _opens())).scalar()


def _opens() -> sa.ColumnElement[bool]:
    return clerks.c.revoked_at.is_(None)
