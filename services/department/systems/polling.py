"""Asks a department's system for results: of each open task, or all of them at once.

The same answer as last time is passed over, so that a result counts once however often it is read.
What breaks a rule is recorded and shown, and read again next time.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from services.department.domain import OPEN, NotPossible, Overtaken
from services.department.store import tasks_under
from services.department.systems import paths, records, store, taking
from services.department.systems.calling import Down, RefusedThere
from services.department.systems.connections import ASSIGNMENT, Poll
from services.department.systems.taking import Result
from shared.delivery.work import Work
from shared.errors import Fault, Invalid, NotFound, OneWindowError
from shared.jsontext import text_of
from shared.web import ijson
from shared.web.problems import Refusal

if TYPE_CHECKING:
    from services.department.systems.courier import Courier

AT_ONCE = 10
MOST = 1_000
"""Results in one answer."""


@dataclass(frozen=True, kw_only=True)
class Polling:
    """The polls of one department's courier."""

    courier: "Courier"
    poll: Poll

    @property
    def department(self) -> str:
        return self.courier.connection.department

    def ask(self) -> int:
        """Ask for what is due, until the address fails; how much that was."""
        due = self._due()
        for assignment, seen in due:
            try:
                self._ask(assignment, seen)
            except Down as error:
                with self.courier.open_work() as work:
                    self.courier.line_failed(work, error, self.courier.clock())
                break
            except RefusedThere as error:
                self._note(assignment, (Fault("", str(error)),))
        return len(due)

    def _due(self) -> list[tuple[str, str]]:
        now = self.courier.clock()
        with self.courier.open_work() as work:
            line = store.line(work.transaction, self.department, to_change=True)
            if line.pause(now):
                return []
            probes = line.state(now) == "half-open"
            if probes:
                hold = self.courier.http.timeout
                store.keep_line(work.transaction, line.probing(now, hold))
            following = now + timedelta(seconds=self.poll.every)
            due = records.polls_due(
                work.transaction,
                self.department,
                now,
                following=following,
                limit=1 if probes else AT_ONCE,
            )
            return due if not self.poll.of_each else self._open(work, due)

    def _open(self, work: Work, due: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """Those whose task is open; the others rest."""
        tasks = tasks_under(work.transaction, [assignment for assignment, _ in due])
        for assignment, seen in due:
            if assignment not in tasks or tasks[assignment].state not in OPEN:
                records.saw(work.transaction, self.department, assignment, seen, at_rest=True)
        return [it for it in due if it[0] in tasks and tasks[it[0]].state in OPEN]

    def _ask(self, assignment: str, seen: str) -> None:
        url = self.poll.url.replace(ASSIGNMENT, quote(assignment, safe=""))
        answer = _parsed(self.courier.request("GET", url, b"", {}))
        with self.courier.open_work() as work:
            self.courier.answered(work, self.courier.clock())
        if self.poll.of_each:
            self._take(answer, assignment, seen)
            return
        for element in self._listed(answer):
            self._take(element, "", "")

    def _listed(self, answer: Any) -> list[Any]:
        found = paths.at(answer, self.poll.list) if self.poll.list else answer
        if not isinstance(found, list):
            raise Down(f"the answer has no list at {self.poll.list or 'its top'}")
        if len(found) > MOST:
            raise Down(f"the answer has {len(found)} results; at most {MOST} are read")
        return found

    def _take(self, document: Any, assignment: str, seen: str) -> None:
        mapping = self.courier.connection.results
        try:
            plain = taking.mapped(document, mapping)
            result = taking.read(
                plain,
                officer=self.courier.connection.officer,
                loose=mapping is not None,
                assignment=assignment,
            )
        except Invalid as error:
            self._note(assignment, error.faults)
            return
        of = result.assignment if result else assignment
        if assignment and of != assignment:
            self._note(
                assignment, (Fault("assignment", f"is {of[:100]}, which was not asked for"),)
            )
        elif of:
            self._count(of, result, _digest(plain), seen)

    def _count(self, assignment: str, result: Result | None, digest: str, seen: str) -> None:
        with self.courier.open_work() as work:
            tx = work.transaction
            if digest == (seen or records.last_seen(tx, self.department, assignment)):
                return
            try:
                task = taking.take(work, self.department, result) if result else None
            except (Invalid, NotFound, NotPossible, Overtaken) as error:
                self._noted(work, assignment, _faults(error), self.courier.clock())
                return
            rests = not self.poll.of_each or (task is not None and task.state not in OPEN)
            records.saw(tx, self.department, assignment, digest, at_rest=rests)

    def _note(self, assignment: str, faults: Sequence[Fault]) -> None:
        with self.courier.open_work() as work:
            self._noted(work, assignment, faults, self.courier.clock())

    def _noted(self, work: Work, assignment: str, faults: Sequence[Fault], now: datetime) -> None:
        records.note_problems(work.transaction, self.department, assignment, faults, now)


def _faults(error: OneWindowError) -> Sequence[Fault]:
    return error.faults if isinstance(error, Invalid) else (Fault("", str(error)),)


def _digest(plain: Any) -> str:
    return hashlib.sha256(text_of(plain, sort=True).encode()).hexdigest()


def _parsed(body: bytes) -> Any:
    try:
        return ijson.load(body)
    except Refusal as error:
        raise Down(f"the answer cannot be read: {error}") from error
