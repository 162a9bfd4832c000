"""The whole system as it is measured: broker, PostgreSQL, four services, eight workers.

PostgreSQL keeps its default durability. It also notes when each transaction was committed
(track_commit_timestamp): the moment at which something was recorded is that of its commit, and can
be asked for once, after the run, instead of again and again during it.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import psycopg2
from psycopg2.extras import execute_values

from deploy.bench.worker_settings import environment
from deploy.local.local_stack import DATABASE, LocalStack, Say
from deploy.local.places import ROOT, SDK
from deploy.local.postgres import Postgres
from deploy.local.services import StackSettings, departments
from deploy.local.stack import ProcessSpec

CATALOGUE = Path(__file__).parent / "catalogue"
DEPARTMENTS = tuple(departments(CATALOGUE))


class Site:
    """A running system in `folder`; starting again there finds its cases.

    `processes` is over how many processes the departments' workers are spread.
    """

    def __init__(self, folder: Path, *, processes: int, say: Say) -> None:
        self.folder = folder
        settings = StackSettings(database="postgres", catalogue=CATALOGUE)
        self.stack = LocalStack(folder, settings, say=say)
        self._processes = processes

    def __enter__(self) -> "Site":
        _note_commits(self.folder / "postgres")
        self.stack.start()
        try:
            self._start_workers()
            database = Postgres(self.folder / "postgres").url(DATABASE)
            self._connection = psycopg2.connect(database)
            self._connection.autocommit = True
        except BaseException:
            self.stack.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._connection.close()
        self.stack.stop()

    @property
    def environment(self) -> dict[str, str]:
        """For programs of this package."""
        return {"PYTHONPATH": f"{ROOT}:{SDK}", "PYTHONUNBUFFERED": "1"}

    @property
    def parts(self) -> dict[str, int]:
        """The process of each part, by its name; all workers have names of `workers-N`."""
        return {part.name: part.process.pid for part in self.stack.parts}

    def ask(self, query: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[Any]:
        """The rows that a query gives; none for a statement that gives none."""
        with self._connection.cursor() as cursor:
            cursor.execute(query, values or None)
            return cursor.fetchall() if cursor.description else []

    def write(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """Write many rows by a statement in which `%s` stands for all of them."""
        with self._connection.cursor() as cursor:
            execute_values(cursor, statement, rows, page_size=1_000)

    def _start_workers(self) -> None:
        journals = self.folder / "journals"
        journals.mkdir(exist_ok=True)
        shares = [DEPARTMENTS[it :: self._processes] for it in range(self._processes)]
        specs = [self._worker(it, share, journals) for it, share in enumerate(shares, start=1)]
        self.stack.services.start(*specs)

    def _worker(self, number: int, share: Sequence[str], journals: Path) -> ProcessSpec:
        addresses = {name: self.stack.amqp_uri(f"department.{name}") for name in share}
        return ProcessSpec(
            name=f"workers-{number}",
            argv=(sys.executable, "-P", "-m", "deploy.bench.workers"),
            env=environment(addresses, journals),
        )


def _note_commits(folder: Path) -> None:
    """Have a private server note the moment of every commit; from its next start on."""
    with Postgres(folder) as server:
        connection = psycopg2.connect(server.url())
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("ALTER SYSTEM SET track_commit_timestamp = on")
        connection.close()
