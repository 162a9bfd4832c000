"""Finding the database of a service, for an operator's command."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from deploy.local.places import Places
from deploy.local.postgres import Postgres
from shared.database import Database
from shared.errors import NotFound, OneWindowError

MISSING = ("no such table", "no such column")
UNDEFINED = ("42P01", "42703")
"""PostgreSQL's codes of a table and of a column that is not there (Appendix A of its manual)."""


class OfAnotherVersion(OneWindowError):
    """A database has not the tables of this version: its service has not run since an upgrade."""


@contextmanager
def database_of(
    service: str, environ: Mapping[str, str], data: Path | None = None
) -> Iterator[Database]:
    """A service's database: the one in `data`, that of the environment, or the local stack's.

    The environment names one by ONEWINDOW_DATABASE or ONEWINDOW_DATA, as it does for the service.
    Raises NotFound where there is none, OfAnotherVersion where what is asked for is not in it.
    """
    stack = Places.from_environment(environ).stack
    url = "" if data else environ.get("ONEWINDOW_DATABASE", "")
    folder = data or Path(environ.get("ONEWINDOW_DATA") or stack / "data")
    if not url and not (folder / f"{service}.db").exists():
        if data or not (stack / "postgres").exists():
            raise NotFound(f"There are no cases in {folder}: ./onewindow up makes a stack.")
        url = Postgres(stack / "postgres").url("onewindow")
    database = Database.open(service, url=url, data=folder)
    try:
        yield database
    except sa.exc.DBAPIError as error:
        if not _lacks_something(error):
            raise
        raise OfAnotherVersion(
            f"The database of {service} is of an older version:"
            f" start {service} once, which brings it up to date."
        ) from error
    finally:
        database.close()


def _lacks_something(error: sa.exc.DBAPIError) -> bool:
    return getattr(error.orig, "pgcode", "") in UNDEFINED or str(error.orig).startswith(MISSING)
