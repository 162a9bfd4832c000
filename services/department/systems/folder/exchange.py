"""One department's folders: puts tasks in, takes results out. One turn at a time.

Whatever touches the folders happens in a thread of its own (`apart`): a folder on a dead file
server may stand still for minutes. Rows count in the order of their file, a hundred in each
transaction together with how far it got; so a file is taken once, whoever is killed meanwhile.
"""

import hashlib
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog

from services.department.domain import NotPossible, Overtaken, Task
from services.department.systems import paths, records, store, taking, telling
from services.department.systems.callback import in_their_words
from services.department.systems.connections import Connection, Folder
from services.department.systems.folder import files, rows, sheets
from services.department.systems.folder.files import Look
from services.department.systems.folder.phrases import chinese
from services.department.systems.folder.rows import Rows
from services.department.systems.news import News, document, pause_after_refusal
from services.department.systems.taking import PLACES, Result
from shared.delivery.work import Work
from shared.errors import Fault, Invalid, NotFound

TOGETHER = 100
"""Rows in a transaction."""
AT_ONCE = 500
"""Tasks in a file."""
HOLD = 300.0
"""Seconds that tasks are held while their file is written."""
COLUMNS = ("row", "field", "problem_zh", "problem_en")

log = structlog.get_logger()

Faults = list[tuple[int, str, str]]
Apart = Callable[..., Any]


@dataclass(kw_only=True)
class Exchange:
    """The way by files to one department's system. `apart` runs what may stand still."""

    connection: Connection
    open_work: Callable[[], AbstractContextManager[Work]]
    reading: Callable[[], AbstractContextManager[Any]]
    apart: Apart
    clock: Callable[[], datetime]
    steady: Callable[[], float]
    looks: Mapping[str, Look] = field(default_factory=dict)

    @property
    def folder(self) -> Folder:
        assert isinstance(self.connection.way, Folder)
        return self.connection.way

    def turn(self) -> float:
        """Put tasks in and take results out; seconds until the next turn is wanted."""
        now = self.clock()
        with self.reading() as tx:
            line = store.line(tx, self.connection.department)
            due = store.next_due(tx, self.connection.department)
        if line.pause(now):
            return min(line.pause(now), self.folder.every)
        failures = [
            error
            for error in (
                _tried(lambda: self._put_tasks(now) if due and due <= now else None),
                _tried(self._take_results),
            )
            if error
        ]
        if failures:
            self._failed(failures[0])
        elif line.failures:
            self._answered()
        return min(self.folder.every, max(self.folder.settle, 0.05))

    def _answered(self) -> None:
        with self.open_work() as work:
            line = store.line(work.transaction, self.connection.department, to_change=True)
            store.keep_line(work.transaction, line.answered(self.clock()))

    def _failed(self, error: OSError) -> None:
        now = self.clock()
        reason = f"{error.filename or 'the folder'}: {error.strerror or error}"
        with self.open_work() as work:
            line = store.line(work.transaction, self.connection.department, to_change=True)
            store.keep_line(work.transaction, line.failed(now, reason))
        log.warning("folder failed", department=self.connection.department, reason=reason)

    def _put_tasks(self, now: datetime) -> None:
        with self.open_work() as work:
            some = telling.take_up(
                work, self.connection, now, hold=HOLD, holder=str(uuid.uuid4()), limit=AT_ONCE
            )
        fitting = self._fitting(some, now)
        if not fitting:
            return
        news = [it for it, _ in fitting]
        try:
            content = self._content([row for _, row in fitting])
            self.apart(files.put, self.folder.tasks, self._name(news[0]), content)
        except OSError:
            with self.open_work() as work:
                store.give_back(work.transaction, news, now)
            raise
        with self.open_work() as work:
            telling.told(work, self.connection, news, now)
        log.info("tasks put", department=self.connection.department, tasks=len(news))

    def _fitting(
        self, some: Sequence[tuple[News, Task]], now: datetime
    ) -> list[tuple[News, dict[str, Any]]]:
        """Each as it is told. What the declared fields do not fit waits alone, with the reason."""
        fields, fitting = self.folder.fields, []
        for news, task in some:
            told = document(news, task)
            try:
                fitting.append((news, fields.applied(told) if fields else told))
            except Invalid as error:
                until = now + timedelta(seconds=pause_after_refusal(news.attempts + 1))
                with self.open_work() as work:
                    reason = f"the declared fields do not fit: {error}"
                    store.put_off(work.transaction, news, until, reason)
        return fitting

    def _content(self, told: Sequence[dict[str, Any]]) -> bytes:
        content: bytes = self.apart(
            sheets.written, told, self.folder.format, self.folder.tasks_encoding
        )
        return content

    def _name(self, first: News) -> str:
        """The same for the same tasks, so that a repeat after a crash replaces the file."""
        return f"tasks-{first.made_at:%Y%m%dT%H%M%S}-{first.id[:8]}.{self.folder.format}"

    def _take_results(self) -> None:
        at = self.steady()
        self.looks = self.apart(files.look, self.folder.results, self.looks, at)
        for name, look in self.looks.items():
            if at - look.since >= self.folder.settle:
                self._take(name)

    def _take(self, name: str) -> None:
        try:
            content = self.apart(files.read, self.folder.results / name)
        except FileNotFoundError:
            return  # another process was quicker
        digest = hashlib.sha256(content).hexdigest()
        try:
            found: Rows = self.apart(rows.rows_of, name, content, self.folder.results_encoding)
            unreadable: Faults = []
        except Invalid as error:
            found, unreadable = [], [(0, it.field, it.problem) for it in error.faults]
        faults = self._take_rows(name, digest, found, unreadable)
        if faults:
            self.apart(files.put, self.folder.results, name + files.ERRORS, _report(faults))
        try:
            self.apart(files.put_away, self.folder.results, name, digest)
        except FileNotFoundError:
            return

    def _take_rows(self, name: str, digest: str, found: Rows, unreadable: Faults) -> Faults:
        """Every row that was not taken yet; the faults of all."""
        while True:
            with self.open_work() as work:
                tx, department = work.transaction, self.connection.department
                now = self.clock()
                file = records.file_of(tx, department, digest, name, now)
                if file.done_at is not None:
                    again = [(0, "file", f"was taken already, as {file.name}")]
                    return again if file.name != name else [_fault(it) for it in file.faults]
                some = found[file.rows_done : file.rows_done + TOGETHER]
                faults = [*map(_fault, file.faults), *unreadable]
                for number, row in some:
                    faults += [(number, it.field, it.problem) for it in self._row(work, row)]
                done = file.rows_done + len(some)
                ended = done >= len(found)
                records.keep_file(
                    tx,
                    department,
                    digest,
                    rows_done=done,
                    faults=faults,
                    done_at=now if ended else None,
                )
            if ended:
                self._log(name, len(found), faults)
                return faults

    def _log(self, name: str, count: int, faults: Faults) -> None:
        log.info(
            "results taken",
            department=self.connection.department,
            file=name,
            rows=count,
            bad=len({row for row, _, _ in faults}),
        )

    def _row(self, work: Work, row: Mapping[str, Any]) -> tuple[Fault, ...]:
        """Take one row; what is wrong with it."""
        try:
            result = self._result(row)
            if result is not None:
                taking.take(work, self.connection.department, result)
        except Invalid as error:
            return in_their_words(self.connection, error)
        except (NotFound, NotPossible, Overtaken) as error:
            return (Fault("", str(error)),)
        return ()

    def _result(self, row: Mapping[str, Any]) -> Result | None:
        if "" in row:
            raise Invalid(Fault(str(row[""])[:100], "has no name in row 1"))
        mapping = self.connection.results
        plain = unfolded(row) if mapping is None else taking.mapped(row, mapping)
        return taking.read(plain, officer=self.connection.officer, loose=True)


def _tried(step: Callable[[], None]) -> OSError | None:
    """The failure of a step: tasks that cannot be put do not keep results from being taken."""
    try:
        step()
    except OSError as error:
        return error
    return None


def unfolded(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row whose columns are our places: `results.area` becomes an object. Raises Invalid."""
    plain: dict[str, Any] = {}
    for name, value in row.items():
        if name.partition(".")[0] not in PLACES:
            raise Invalid(Fault(name[:100], "is not known here"))
        paths.put(plain, name, value)
    return plain


def _fault(plain: Sequence[Any]) -> tuple[int, str, str]:
    row, where, problem = plain
    return int(row), str(where), str(problem)


def _report(faults: Faults) -> bytes:
    """The bad rows as CSV, for people: row, field, and the problem in both languages."""
    lines = [(row, where, chinese(problem), problem) for row, where, problem in faults]
    return sheets.csv_of(COLUMNS, lines, "utf-8")
