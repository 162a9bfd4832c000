"""The opinion templates of departments, in the database."""

import uuid
from typing import Any

import sqlalchemy as sa

from services.department.desk.claims import NotForThisRole
from services.department.desk.officers import Officer
from services.department.desk.templates import Template
from services.department.domain import Overtaken
from services.department.store import metadata
from shared.database import Moment
from shared.delivery.work import Work
from shared.errors import NotFound

templates = sa.Table(
    "templates",
    metadata,
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
sa.Index("templates_of_a_department", templates.c.department, templates.c.title)


def of_department(tx: sa.Connection, department: str) -> list[Template]:
    """A department's templates, by title."""
    query = sa.select(templates).where(templates.c.department == department)
    return [_template(row) for row in tx.execute(query.order_by(templates.c.title))]


def show(tx: sa.Connection, department: str, key: str) -> Template:
    """One template; raises NotFound, also for one of another department."""
    query = sa.select(templates).where(templates.c.id == key, templates.c.department == department)
    row = tx.execute(query).first()
    if row is None:
        raise NotFound(f"{department} has no template {key[:40]}")
    return _template(row)


def add(work: Work, officer: Officer, said: dict[str, Any]) -> Template:
    """Make a template; raises NotForThisRole."""
    _check(officer)
    made = Template(
        id=str(uuid.uuid4()),
        department=officer.department,
        changed_at=work.now,
        changed_by=officer.name,
        **said,
    )
    work.transaction.execute(sa.insert(templates), dict(vars(made)))
    return made


def change(work: Work, officer: Officer, key: str, version: int, said: dict[str, Any]) -> Template:
    """Change a template that was seen at a version; raises NotFound, Overtaken, NotForThisRole."""
    _check(officer)
    before = show(work.transaction, officer.department, key)
    after = {
        **said,
        "version": version + 1,
        "changed_at": work.now,
        "changed_by": officer.name,
    }
    done = work.transaction.execute(
        sa.update(templates)
        .where(templates.c.id == key, templates.c.version == version)
        .values(**after)
    )
    if not done.rowcount:
        raise Overtaken(f"{before.changed_by} has changed the template meanwhile; read it again")
    return show(work.transaction, officer.department, key)


def remove(work: Work, officer: Officer, key: str, version: int) -> None:
    """Remove a template that was seen at a version; raises NotFound, Overtaken, NotForThisRole."""
    _check(officer)
    before = show(work.transaction, officer.department, key)
    if before.version != version:
        raise Overtaken(f"{before.changed_by} has changed the template meanwhile; read it again")
    work.transaction.execute(sa.delete(templates).where(templates.c.id == key))


def _check(officer: Officer) -> None:
    if not officer.keeps_templates:
        raise NotForThisRole(f"{officer.name} is neither a head nor an administrator")


def _template(row: sa.Row[Any]) -> Template:
    return Template(**row._mapping)
