"""Statements that are run all the time give the same on SQLite and, prepared, on PostgreSQL."""

import pytest
import sqlalchemy as sa

from shared.database import Database, DatabaseAway
from shared.delivery.tables import inbox
from shared.migrating import migrate
from shared.rows import insert, insert_returning
from shared.statements import Statement

SOME = Statement(
    lambda among: (
        sa.select(inbox.c.id, inbox.c.read_at.label("when"))
        .where(among(inbox.c.id, "ids"), inbox.c.read_at >= sa.bindparam("since"))
        .order_by(inbox.c.id)
        .limit(2)
    )
)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else ""
    opened = Database.open("routing", url=url, data=tmp_path)
    migrate(opened)
    yield opened
    opened.close()


def ids(tx, *wanted, since=0.0):
    return [(row.id, row.when) for row in SOME.rows(tx, ids=list(wanted), since=since)]


def test_rows_have_their_columns_as_attributes_and_parameters_their_names(database):
    with database.transaction() as tx:
        insert(tx, inbox, [{"id": it, "read_at": float(at)} for at, it in enumerate("abcd")])
        assert ids(tx, "d", "a", "x") == [("a", 0.0), ("d", 3.0)]
        assert ids(tx, "d", "c", "b", since=2.0) == [("c", 2.0), ("d", 3.0)]
        assert ids(tx, "b", "c", "d") == [("b", 1.0), ("c", 2.0)], "the limit of the statement"
        assert ids(tx) == []
        assert ids(tx, "'; drop table inbox; --", "%s", "%(ids)s") == []


HARD_TO_QUOTE = (
    "'", "''", "\\", "\\'", "\\\\''", "'; drop table inbox; --", "$$", "$1", "%s", "%(rows)s", '"',
    '\\"', "\\u0027", "E'\\''", "一个窗口", "🪟", "\n\t\r", "\x01\x7f\u2028", "/*", ":a", "\ufffd"
)  # fmt: skip


def test_texts_that_are_hard_to_quote_come_back_as_they_went(database):
    texts = [*HARD_TO_QUOTE, "".join(HARD_TO_QUOTE)]
    with database.transaction() as tx:
        insert(tx, inbox, [{"id": it, "read_at": 0.0} for it in texts])
        found = tx.execute(sa.select(inbox.c.id)).scalars().all()
        assert sorted(found) == sorted(texts)


def test_quoting_holds_where_the_server_is_told_that_backslashes_escape(postgres_database):
    insisted = f"{postgres_database}?options=-cstandard_conforming_strings%3Doff"
    database = Database.open("routing", url=insisted)
    migrate(database)
    with database.transaction() as tx:
        assert tx.exec_driver_sql("show standard_conforming_strings").scalar_one() == "on"
        assert tx.exec_driver_sql("show client_encoding").scalar_one() == "UTF8"
        insert(tx, inbox, [{"id": "\\'", "read_at": 0.0}])
    database.close()


def test_a_glance_sees_what_was_committed_since_the_last_one(database):
    with database.transaction() as tx:
        insert(tx, inbox, [{"id": "a", "read_at": 1.0}])
    for _ in range(2):
        with database.glance() as tx:
            assert ids(tx, "a", "b") == [("a", 1.0)]
    with database.transaction() as tx:
        insert(tx, inbox, [{"id": "b", "read_at": 1.0}])
        with database.glance() as other:
            assert ids(other, "b") == []
    with database.glance() as tx:
        assert ids(tx, "a", "b") == [("a", 1.0), ("b", 1.0)]


def test_it_is_prepared_anew_on_each_connection_and_outlives_a_transaction_that_fails(database):
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), database.transaction() as tx:
            insert(tx, inbox, [{"id": "a", "read_at": 1.0}])
            assert ids(tx, "a") == [("a", 1.0)]
            raise ZeroDivisionError
    with database.transaction() as one, database.reading() as other:
        insert(one, inbox, [{"id": "a", "read_at": 1.0}])
        assert ids(other, "a") == []
    with database.reading() as tx:
        assert ids(tx, "a") == [("a", 1.0)]


def test_a_row_that_breaks_a_rule_is_a_mistake_and_the_transaction_goes_back(database):
    row = {"id": "a", "read_at": 1.0}
    with pytest.raises(sa.exc.IntegrityError) as raised, database.transaction() as tx:
        insert(tx, inbox, [row])
        insert(tx, inbox, [row])
    assert "read_at': 1" not in str(raised.value), "values are hidden"
    with database.transaction() as tx:
        assert insert_returning(tx, inbox, [row], inbox.c.id) == {"a"}


def test_a_connection_that_the_server_has_ended_is_a_database_that_is_away(postgres_database):
    database = Database.open("routing", url=postgres_database)
    migrate(database)
    with pytest.raises(DatabaseAway), database.transaction() as tx:
        assert ids(tx, "a") == []
        mine = tx.exec_driver_sql("select pg_backend_pid()").scalar_one()
        with database.transaction() as other:
            other.exec_driver_sql("select pg_terminate_backend(%s)", (mine,))
        ids(tx, "a")
    with database.transaction() as tx:
        assert ids(tx, "a") == [], "the next one is a connection that is there"
    database.close()
