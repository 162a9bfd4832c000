"""Many rows in one statement, on SQLite and on PostgreSQL.

PostgreSQL gets all rows as one JSON value and takes them apart itself (json_populate_recordset).
As a statement for each row, or as a list of values with a parameter for each of them, the same rows
cost several times as much, here and in the server; and a statement that is always the same is
composed and planned once (see `statements`). What is in a row arrives as its column's type would
read it from text.

All rows of a call have the same columns. SQLite, which is in the process, takes them one by one.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from shared.jsontext import utf8_of
from shared.statements import POSTGRESQL, Statement, Utf8

Rows = Sequence[Mapping[str, Any]]
Names = tuple[str, ...]


def insert(tx: sa.Connection, table: sa.Table, rows: Rows) -> None:
    """Insert rows; a key that is there already is an error."""
    if rows:
        _write(tx, _inserting, table, rows)


def insert_new(tx: sa.Connection, table: sa.Table, rows: Rows) -> None:
    """Insert those rows whose key is not there yet; the others stay as they are."""
    if rows:
        _write(tx, _inserting_new, table, rows)


def insert_returning(
    tx: sa.Connection, table: sa.Table, rows: Rows, column: sa.Column[Any]
) -> set[Any]:
    """Insert those rows whose key is not there yet and return `column` of what was inserted."""
    if not rows:
        return set()
    return {row[0] for row in _write(tx, _inserting_new, table, rows, column)}


def upsert(tx: sa.Connection, table: sa.Table, rows: Rows) -> None:
    """Insert rows, or replace what stands under the same key. No key comes twice."""
    if rows:
        _write(tx, _upserting, table, rows)


def update(tx: sa.Connection, table: sa.Table, rows: Rows) -> None:
    """Change the rows that stand under these keys: each names its key and what is to change."""
    if not rows:
        return
    if tx.dialect.name == POSTGRESQL:
        _write(tx, _updating, table, rows)
    else:
        marked = [{f"new_{name}": value for name, value in row.items()} for row in rows]
        tx.execute(_updating_one(table, tuple(rows[0])), marked)


def delete(tx: sa.Connection, table: sa.Table, rows: Rows) -> None:
    """Drop the rows that stand under these keys."""
    if rows:
        _write(tx, _deleting, table, rows)


def _write(tx: sa.Connection, compose: Any, table: sa.Table, rows: Rows, *more: Any) -> Any:
    """Run what `compose` makes for the table and these columns; the rows that it gives."""
    names = tuple(rows[0])
    if tx.dialect.name == POSTGRESQL:
        statement = _statement(compose, table, names, *more)
        return statement.rows(tx, rows=Utf8(utf8_of(list(rows))))
    return tx.execute(compose(table, names, tx.dialect.name, *more), list(rows))


@lru_cache(maxsize=1_000)
def _statement(compose: Any, table: sa.Table, names: Names, *more: Any) -> Statement:
    return Statement(lambda _among: compose(table, names, POSTGRESQL, *more))


def _given(table: sa.Table, names: Names) -> Any:
    """The rows of the parameter as a table of the same columns."""
    shape: sa.ColumnElement[Any] = sa.literal_column(f"null::{table.name}")
    text = sa.bindparam("rows", type_=sa.Text())
    return sa.func.json_populate_recordset(shape, sa.cast(text, sa.JSON())).table_valued(
        *(sa.column(name, table.c[name].type) for name in names), name="given"
    )


@lru_cache
def _inserting(table: sa.Table, names: Names, dialect: str) -> postgresql.Insert:
    if dialect == "sqlite":
        # The two constructs have the methods used here under the same names.
        return cast(postgresql.Insert, sqlite.insert(table))
    given = _given(table, names)
    chosen = sa.select(*(given.c[name] for name in names))
    return postgresql.insert(table).from_select(list(names), chosen)


@lru_cache
def _inserting_new(
    table: sa.Table, names: Names, dialect: str, column: sa.Column[Any] | None = None
) -> Any:
    statement = _inserting(table, names, dialect).on_conflict_do_nothing()
    return statement if column is None else statement.returning(column)


@lru_cache
def _upserting(table: sa.Table, names: Names, dialect: str) -> Any:
    insert = _inserting(table, names, dialect)
    keys = [column.name for column in table.primary_key.columns]
    changes = {name: insert.excluded[name] for name in names if name not in keys}
    return insert.on_conflict_do_update(index_elements=keys, set_=changes)


@lru_cache
def _deleting(table: sa.Table, names: Names, dialect: str) -> Any:
    keys = [table.c[name] for name in names]
    if dialect == "sqlite":
        return sa.delete(table).where(*(key == sa.bindparam(key.name) for key in keys))
    given = _given(table, names)
    return sa.delete(table).where(*(key == given.c[key.name] for key in keys))


@lru_cache
def _updating(table: sa.Table, names: Names, _dialect: str) -> Any:
    given = _given(table, names)
    keys = [column.name for column in table.primary_key.columns]
    return (
        sa.update(table)
        .where(*(table.c[key] == given.c[key] for key in keys))
        .values({name: given.c[name] for name in names if name not in keys})
    )


@lru_cache
def _updating_one(table: sa.Table, names: Names) -> Any:
    keys = [column.name for column in table.primary_key.columns]
    return (
        sa.update(table)
        .where(*(table.c[key] == sa.bindparam(f"new_{key}") for key in keys))
        .values({name: sa.bindparam(f"new_{name}") for name in names if name not in keys})
    )
