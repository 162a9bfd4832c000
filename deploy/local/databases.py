"""Finding the database of a service, for an operator's command."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from deploy.local.places import Places
from deploy.local.postgres import Postgres
from shared.database import Database
from shared.errors import NotFound


@contextmanager
def database_of(
    service: str, environ: Mapping[str, str], data: Path | None = None
) -> Iterator[Database]:
    """A service's database: the one in `data`, that of the environment, or the local stack's.

    The environment names one by ONEWINDOW_DATABASE or ONEWINDOW_DATA, as it does for the service.
    Raises NotFound where there is none.
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
    finally:
        database.close()
