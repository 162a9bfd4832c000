"""Statements that a service runs all the time: composed once, and planned once a connection.

SQLAlchemy composes a statement from its parts at each execution and wraps what comes back, and
PostgreSQL plans it; for the small statements of a single message that is nine tenths of their time
(400 µs of ours against 30, and the answer in a quarter of the time). So such a statement is
prepared on the connection (PREPARE, PostgreSQL's manual, "SQL Commands") and run by the driver.
On SQLite, which is in the process, everything goes the usual way.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any, cast

import psycopg2
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError

Among = Callable[[Any, str], Any]
"""(column, name) -> the condition that the column is among the values of the parameter `name`."""

POSTGRESQL = "postgresql"
_numbers = count(1)


class Statement:
    """`compose(among)` gives the statement; its parameters are named by `bindparam` or `among`."""

    def __init__(self, compose: Callable[[Among], Any]) -> None:
        self._compose = compose
        self._usual: Any = None
        self._prepared: _Prepared | None = None

    def rows(self, tx: sa.Connection, **values: Any) -> Sequence[Any]:
        """Run it; the rows that it gives, whose columns are attributes."""
        if tx.dialect.name != POSTGRESQL:
            if self._usual is None:
                self._usual = self._compose(_one_of)
            found = tx.execute(self._usual, values)
            return found.all() if found.returns_rows else ()
        if self._prepared is None:
            self._prepared = _Prepared(self._compose(_any_of), f"onewindow_{next(_numbers)}")
        return self._prepared.rows(tx, values)


def _one_of(column: Any, name: str) -> Any:
    return column.in_(sa.bindparam(name, expanding=True))


def _any_of(column: Any, name: str) -> Any:
    return column == sa.any_(sa.bindparam(name, type_=postgresql.ARRAY(sa.String())))


class Utf8:
    """Text as a parameter for PostgreSQL, encoded already and without NUL, such as JSON.

    The driver would encode it a second time, double each backslash and have the server undo that.
    Where strings are standard (PostgreSQL's manual, 4.1.2.1; `shared.database` demands it of each
    connection) a quote is all that has to be escaped.
    """

    __slots__ = ("_text",)

    def __init__(self, text: bytes) -> None:
        self._text = text

    def __conform__(self, _protocol: Any) -> "Utf8":
        return self

    def getquoted(self) -> bytes:
        """As it stands in a statement; the driver asks for it by this name."""
        return b"'%b'" % self._text.replace(b"'", b"''")


class _Prepared:
    """A statement as PostgreSQL is told of it, and how it is run."""

    def __init__(self, statement: Any, name: str) -> None:
        dialect = postgresql.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]
        compiled = statement.compile(dialect=dialect)
        self._name = name
        self._sql = f"PREPARE {name} AS {compiled}"
        self._names: Sequence[str] = compiled.positiontup or ()
        self._fixed: Mapping[str, Any] = compiled.params
        places = ", ".join(["%s"] * len(self._names))
        self._execute = f"EXECUTE {name}({places})" if places else f"EXECUTE {name}"
        self._row: Any = None

    def rows(self, tx: sa.Connection, values: Mapping[str, Any]) -> list[Any]:
        given = {**self._fixed, **values}
        parameters = [given[name] for name in self._names]
        connection = tx.connection
        known = connection.info.setdefault("prepared", set())
        cursor = connection.cursor()
        try:
            if self._name not in known:
                cursor.execute(self._sql)
                known.add(self._name)
            cursor.execute(self._execute, parameters)
            columns: Sequence[Any] | None = cursor.description
            found = cursor.fetchall() if columns else []
            if columns and self._row is None:
                names = [column[0] for column in columns]
                self._row = namedtuple("Row", names, rename=True)  # type: ignore[misc]
        except psycopg2.Error as error:
            raise _as_usual(tx, self._sql, error) from error
        finally:
            cursor.close()
        return [self._row(*it) for it in found]


def _as_usual(tx: sa.Connection, sql: str, error: psycopg2.Error) -> BaseException:
    """The driver's error as SQLAlchemy would have raised it, without the values."""
    gone = bool(tx.connection.closed) or tx.dialect.is_disconnect(cast(Any, error), None, None)
    if gone:
        tx.invalidate(error)
    return DBAPIError.instance(
        sql, None, error, psycopg2.Error, hide_parameters=True, connection_invalidated=gone
    )
