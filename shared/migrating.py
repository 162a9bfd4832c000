"""Bringing a service's database to the newest version of its tables, with alembic."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from shared.database import Database

ROOT = Path(__file__).resolve().parent.parent


def migrate(database: Database) -> None:
    """Bring the database to the newest version. Several processes may call it at once."""
    with database.transaction() as tx:
        if tx.dialect.name == "postgresql":
            # Held to the end of the transaction: whoever comes second finds everything done.
            tx.execute(
                sa.text("select pg_advisory_xact_lock(hashtext(:name))"), {"name": "onewindow"}
            )
            _make_schema(tx, database.service)
        command.upgrade(_config(database.service, tx), "head")


def _make_schema(tx: sa.Connection, service: str) -> None:
    """A role that may not make schemas is refused `if not exists` as well, so look first."""
    there = sa.text("select 1 from pg_namespace where nspname = :name")
    if tx.execute(there, {"name": service}).first() is None:
        tx.execute(sa.text(f'create schema "{service}"'))


def _config(service: str, tx: sa.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "shared" / "migrations"))
    versions = ROOT / "services" / service / "migrations" / "versions"
    config.set_main_option("version_locations", str(versions))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = tx
    return config
