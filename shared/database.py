"""A service's own database: SQLite on one machine, PostgreSQL from the first real office on.

Each service opens its own and reads no other's. On SQLite that is a file in the data folder, on
PostgreSQL a schema of the service's name. Times are stored in UTC and come back aware.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError, OperationalError

from shared.errors import Unavailable
from shared.jsontext import text_of
from shared.rows import insert_new, insert_returning, upsert

__all__ = [
    "Database",
    "DatabaseAway",
    "Document",
    "Moment",
    "insert_new",
    "insert_returning",
    "storable",
    "upsert",
]

LONGEST_TURN = 10.0
"""How long another process's transaction on the same SQLite file is waited for, in seconds."""

BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED")


ONE_PICTURE = {"isolation_level": "REPEATABLE READ"}
"""At PostgreSQL's usual level each statement sees what was committed before it began: a trace could
be read with an end that is newer than its entries."""

AT_ONCE = 10
"""Connections that a process opens as it needs them and then keeps: one beyond them, opened and
closed for one transaction, would take the server longer than the transaction. Two processes of each
of the four services stay below the 100 that PostgreSQL allows unless it is told otherwise."""

GLANCES = 1
"""Connections beside them for looking whether there is anything to do; that takes less than a
millisecond, so one after the other."""

LONGEST_REST = 60_000
"""How long a transaction may stand still, in milliseconds: a process that was stopped within one,
or whose machine went away, must not keep the others from the rows that it has locked."""


class DatabaseAway(Unavailable):
    """The database does not answer, or is locked or shutting down; the work can be tried again."""


HIDE = True
"""An error names its statement but not the values: they are applicants' data, and it is logged."""


class Moment(sa.types.TypeDecorator[datetime]):
    """An aware datetime. Text in UTC that sorts on SQLite, timestamptz on PostgreSQL."""

    impl = sa.String(32)
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.TIMESTAMP(timezone=True))
        return dialect.type_descriptor(sa.String(32))

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        if value is None or isinstance(value, datetime):
            return value
        return datetime.fromisoformat(value)


Document = sa.JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True), "postgresql"
)
"""A JSON column; None is no value on either database."""


class Database:
    """Connections to one service's database.

    Writers of one process take turns on SQLite: a second green thread that waited inside the driver
    for the first one's lock would keep the whole process, and so the first one, from going on.
    """

    def __init__(self, engine: sa.Engine, service: str) -> None:
        self.engine = engine
        self.service = service
        self._turn = _Turn() if engine.dialect.name == "sqlite" else nullcontext()
        self._reading = self._glancing = engine
        if engine.dialect.name == "postgresql":
            self._reading = engine.execution_options(**ONE_PICTURE, postgresql_readonly=True)
            self._glancing = _postgresql(engine.url, service, GLANCES, isolation_level="AUTOCOMMIT")

    @classmethod
    def open(cls, service: str, *, url: str = "", data: Path | None = None) -> "Database":
        """Open a service's database: `url` is postgresql://..., or empty for a file in `data`."""
        if url:
            return cls(_postgresql(url, service, AT_ONCE), service)
        assert data is not None, "a folder is needed for SQLite"
        data.mkdir(parents=True, exist_ok=True)
        return cls(_sqlite(data / f"{service}.db"), service)

    @contextmanager
    def transaction(self, *, one_picture: bool = False) -> Iterator[sa.Connection]:
        """A transaction that writes: committed at the end, rolled back by an exception.

        With `one_picture` it sees what others had committed before it began and nothing newer, for
        what is read in one statement and written by another; on SQLite every transaction does.
        """
        with self._turn, _translated(), self.engine.connect() as connection:
            writing = connection.execution_options(writes=True)
            if one_picture and self.engine.dialect.name == "postgresql":
                writing = writing.execution_options(**ONE_PICTURE)
            with writing.begin():
                yield writing

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A transaction that only reads, a consistent picture."""
        with _translated(), self._reading.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def glance(self) -> Iterator[sa.Connection]:
        """For reading whether there is anything to do, which is asked all the time.

        Each statement sees what is committed when it begins. On PostgreSQL there is no transaction:
        one way to the server and back instead of three, on connections that are for this only:
        to change what a connection does costs two ways more.
        """
        with _translated(), self._glancing.connect() as connection:
            yield connection

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()
        self._glancing.dispose()


def storable(text: str) -> str:
    """Text that both databases can keep: PostgreSQL takes no NUL, and neither takes a lone
    surrogate, which JSON can spell and UTF-8 cannot."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


class _Turn:
    """A lock that tells a thread that already has it, instead of waiting for it for ever."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holder: int | None = None

    def __enter__(self) -> None:
        assert self._holder != threading.get_ident(), "a transaction was begun inside another"
        self._lock.acquire()
        self._holder = threading.get_ident()

    def __exit__(self, *_: object) -> None:
        self._holder = None
        self._lock.release()


def _sqlite(path: Path) -> sa.Engine:
    # Waiting inside the driver would stop every green thread; `_begin` waits outside.
    engine = sa.create_engine(
        f"sqlite:///{path}", connect_args={"timeout": 0.05}, hide_parameters=HIDE
    )

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions are begun below, not by the driver
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        _begin(connection) if writes else connection.exec_driver_sql("BEGIN")

    return engine


def _begin(connection: sa.Connection) -> None:
    """Begin to write once no other process does, which is waited for with pauses."""
    until = time.monotonic() + LONGEST_TURN
    while True:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            return
        except OperationalError as error:
            if _sqlite_name(error) not in BUSY or time.monotonic() > until:
                raise
            time.sleep(0.005)


def _postgresql(url: str | sa.URL, service: str, most: int, **options: Any) -> sa.Engine:
    return sa.create_engine(
        sa.make_url(url).set(drivername="postgresql+psycopg2"),
        hide_parameters=HIDE,
        json_serializer=text_of,
        connect_args={
            "options": f"-csearch_path={service}"
            f" -cidle_in_transaction_session_timeout={LONGEST_REST}"
            " -cstandard_conforming_strings=on",  # `shared.statements.Utf8` relies on it
            "client_encoding": "UTF8",
            "connect_timeout": 5,
            # A server that is gone without a word is noticed within half a minute.
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 30_000,
        },
        pool_size=most,
        max_overflow=0,
        pool_timeout=10,
        **options,
    )


def _is_mistake(error: DBAPIError) -> bool:
    """Whether the statement or its values are at fault: it will fail the next time too.

    SQLite says SQLITE_ERROR, such as for an unknown table; PostgreSQL's class 54 is "program limit
    exceeded", such as for a value too long for its index (its manual, appendix A).
    """
    code = getattr(error.orig, "pgcode", None) or ""
    return _sqlite_name(error) == "SQLITE_ERROR" or code.startswith("54")


def _sqlite_name(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlite_errorname", "")


@contextmanager
def _translated() -> Iterator[None]:
    """Tell a database that is away from a mistake in a statement, which stays a mistake."""
    try:
        yield
    except DBAPIError as error:
        if error.connection_invalidated:
            raise DatabaseAway(f"the database went away: {error.orig}") from error
        if isinstance(error, OperationalError) and not _is_mistake(error):
            raise DatabaseAway(f"the database does not answer: {error.orig}") from error
        raise
    except sa.exc.TimeoutError as error:
        raise DatabaseAway("no database connection became free in time") from error
