"""One PostgreSQL role for each service, which owns that service's schema and nothing else.

Tables are not made here: a service brings its own schema up to date when it starts.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import encrypt_password

from deploy.production.secret_files import database_role, database_secret, password
from shared.errors import Fault, Invalid, Unavailable


def set_up_database(url: str, passwords: Mapping[str, str], services: Sequence[str]) -> None:
    """Make each role and its schema, or give a role that is there its present password.

    `url` is postgresql://..., of a superuser. Raises Invalid, NotFound and Unavailable.
    """
    secrets = {name: password(passwords, database_secret(name)) for name in services}
    if not url.startswith(("postgresql://", "postgres://")):
        raise Invalid(
            Fault("ONEWINDOW_DATABASE", "is not postgresql://USER:PASSWORD@HOST/DATABASE")
        )
    try:
        connection = psycopg2.connect(url, connect_timeout=10)
    except psycopg2.OperationalError as error:
        raise Unavailable(f"the database does not answer: {str(error).strip()}") from error
    try:
        with connection, connection.cursor() as cursor:
            _close_to_all(cursor)
            for service, secret in secrets.items():
                _give(cursor, service, encrypt_password(secret, database_role(service), connection))
    finally:
        connection.close()


def _close_to_all(cursor: Any) -> None:
    """Nobody has a right in this database merely for being a user of the server."""
    cursor.execute("SELECT current_database()")
    database = sql.Identifier(cursor.fetchone()[0])
    cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    cursor.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")


def _give(cursor: Any, service: str, secret: str) -> None:
    role = sql.Identifier(database_role(service))
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (database_role(service),))
    verb = sql.SQL("ALTER" if cursor.fetchone() else "CREATE")
    login = "{} ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT PASSWORD %s"
    cursor.execute(sql.SQL(login).format(verb, role), (secret,))
    schema = sql.Identifier(service)
    cursor.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}").format(schema, role))
    cursor.execute("SELECT current_database()")
    database = sql.Identifier(cursor.fetchone()[0])
    cursor.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, role))
