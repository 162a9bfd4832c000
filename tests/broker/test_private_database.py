"""The private database server: starts, survives a crash with what was committed, leaves nothing."""

import psycopg2

from deploy.local.ports import is_free
from deploy.local.postgres import Postgres


def execute(url: str, *statements: str) -> list[tuple[object, ...]]:
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def test_what_was_committed_survives_a_crash_of_the_server(postgres_of_its_own: Postgres) -> None:
    url = postgres_of_its_own.create_database("kept")
    execute(url, "CREATE TABLE it (name text)", "INSERT INTO it VALUES ('still here')")
    before = postgres_of_its_own.processes
    postgres_of_its_own.kill()
    assert not [process for process in before if process.alive]
    postgres_of_its_own.start()
    assert execute(url, "SELECT name FROM it") == [("still here",)]
    processes = postgres_of_its_own.processes
    postgres_of_its_own.stop()
    assert not [process for process in processes if process.alive]
    assert is_free(postgres_of_its_own.identity.port)


def test_each_test_has_a_database_of_its_own(postgres_database: str) -> None:
    assert execute(
        postgres_database,
        "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'",
    ) == [(0,)]
