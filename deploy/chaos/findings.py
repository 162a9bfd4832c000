"""Every promise of the design, checked from the outside after the system has settled.

A finding is a sentence about a promise that was broken, with the codes that it is about.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from deploy.chaos import rungs
from deploy.chaos.ground import Ground, worker_name
from deploy.chaos.load import Away, Case, Figures, Http
from deploy.reconcile.balance import Balance
from services.routing import store as routing
from services.supervision import view
from services.supervision.domain import Rules
from services.supervision.policies import read_policy
from services.supervision.trace import Entry
from shared.database import Database
from shared.errors import NotFound
from shared.messages import AlertRaised, CaseProgressed
from shared.messages.codec import decode
from shared.messages.progress import Assigned, Completed
from shared.messages.registry import name_of
from shared.worktime import china

STEP, ALERT = name_of(CaseProgressed), name_of(AlertRaised)


@dataclass(kw_only=True)
class Verdict:
    """What was found. `broken` is empty if every promise was kept."""

    broken: list[str] = field(default_factory=list)
    cases: int = 0
    fates: Counter[str] = field(default_factory=Counter)
    steps: int = 0
    traces: int = 0
    rungs: int = 0
    early: int = 0
    effects: int = 0
    calls_again: int = 0
    longest_pause: float = 0.0
    balance: Balance | None = None

    def say(self, promise: str, problems: Iterable[str]) -> None:
        """Note what breaks a promise."""
        self.broken += [f"{promise}: {problem}" for problem in problems]


class Inspector:
    """Looks at a settled system: over HTTP, in its databases, and in the departments' folders."""

    def __init__(self, ground: Ground, cases: Sequence[Case], killed: Counter[str]) -> None:
        self._ground, self._cases, self._killed = ground, cases, killed
        self._rules = Rules(
            calendar=china(), policy=read_policy(ground.settings.catalogue / "policies.yaml")
        )
        self._traces: dict[str, list[Entry]] = {}
        self.verdict = Verdict(cases=len(cases))

    def inspect(self, balance: Balance, alerts: Sequence[tuple[str, bytes]]) -> Verdict:
        """Check everything."""
        say = self.verdict.say
        say("codes", self._codes(balance))
        say("decisions", self._fates())
        say("traces", self._verify())
        say("effects", self._effects())
        say("rungs", self._rungs())
        say("alerts", self._alerts(alerts))
        say("reconcile", (f"{it.code} {it.problem}" for it in balance.unexplained))
        if not balance.balanced:
            say("reconcile", ["does not balance"])
        self.verdict.balance = balance
        self.verdict.longest_pause = self._longest_pause()
        return self.verdict

    def _codes(self, balance: Balance) -> Iterator[str]:
        """Every code that was answered exists once, and none that was not."""
        given = Counter(case.code for case in self._cases)
        yield from (f"{code} was given to {n} applications" for code, n in given.items() if n > 1)
        if balance.issued != len(given):
            yield f"{len(given)} codes were answered, {balance.issued} are on the books"

    def _fates(self) -> Iterator[str]:
        http = Http(self._ground.address("intake"), Figures())
        for case in self._cases:
            try:
                tracked = http("GET", f"/cases/{case.code}")
            except Away as error:
                yield f"{case.code} cannot be tracked: {error}"
                continue
            fate = str(tracked["outcome"] or tracked["state"])
            self.verdict.fates[fate] += 1
            if fate != case.story.fate:
                yield f"{case.code} is {fate}, and its inputs say {case.story.fate}"

    def _verify(self) -> Iterator[str]:
        with self._reading("supervision") as tx:
            for case in self._cases:
                try:
                    entries, _head, findings = view.read_trace(tx, case.code)
                except NotFound as error:
                    yield str(error)
                    continue
                self._traces[case.code] = entries
                self.verdict.traces += not findings
                yield from (f"{case.code} {it.position}: {it.problem}" for it in findings)
        for code, entries in self._traces.items():
            numbers = [it.number for it in _steps(entries)]
            self.verdict.steps += len(numbers)
            if numbers != list(range(1, len(numbers) + 1)):
                yield f"{code}: steps {numbers}"

    def _effects(self) -> Iterator[str]:
        """Each assignment of each case was answered once, and was worked on once by its office."""
        assigned: dict[str, Assigned] = {}
        for code, entries in self._traces.items():
            changes = [it for step in _steps(entries) for it in step.changes]
            assigned |= {it.assignment: it for it in changes if isinstance(it, Assigned)}
            ended = Counter(it.assignment for it in changes if isinstance(it, Completed))
            yield from (f"{code}: {it} was answered {n} times" for it, n in ended.items() if n > 1)
            for assignment in ended:
                if not self._worked_on(assigned[assignment]):
                    yield f"{code}: {assignment} was answered and never worked on"
        yield from self._calls(assigned)

    def _worked_on(self, it: Assigned) -> bool:
        desk = it.department in self._ground.desks
        return desk or (self._folder(it.department) / "effects" / it.assignment).exists()

    def _calls(self, assigned: dict[str, Assigned]) -> Iterator[str]:
        for department in self._ground.workers:
            folder = self._folder(department)
            effects = [it.name for it in (folder / "effects").glob("*")]
            self.verdict.effects += len(effects)
            strange = {it.partition(".")[0] for it in effects} - assigned.keys()
            yield from (f"{department} worked on {it}, which nobody assigned" for it in strange)
            again = sum(_calls(folder / "calls.jsonl").values()) - len(
                _calls(folder / "calls.jsonl")
            )
            self.verdict.calls_again += again
            killed = self._killed[worker_name(department)]
            if again > killed:
                yield f"{department}: {again} repeated calls, and it was killed {killed} times"

    def _folder(self, department: str) -> Path:
        return self._ground.desks_folder / department

    def _rungs(self) -> Iterator[str]:
        for code, entries in self._traces.items():
            found = rungs.check(code, entries, self._rules)
            self.verdict.rungs += found.fired
            self.verdict.early += found.early
            yield from found.wrong

    def _alerts(self, sent: Sequence[tuple[str, bytes]]) -> Iterator[str]:
        """Each alert was sent as one message (that may have been delivered more than once)."""
        messages: dict[str, set[str]] = defaultdict(set)
        for message_id, body in sent:
            messages[json.loads(body)["alert"]].add(message_id)
        yield from (
            f"{alert} was sent as {len(ids)} messages"
            for alert, ids in messages.items()
            if len(ids) > 1
        )
        recorded = {
            decode(ALERT, 1, it.body.encode()).alert
            for entries in self._traces.values()
            for it in entries
            if it.type == ALERT
        }
        yield from (
            f"{it} was recorded and never sent" for it in sorted(recorded - messages.keys())
        )

    def _longest_pause(self) -> float:
        """The longest time between two decisions, in real seconds."""
        with self._reading("routing") as tx:
            found = sa.select(routing.cases.c.decided_at).where(
                routing.cases.c.decided_at.is_not(None)
            )
            moments: list[datetime] = sorted(tx.execute(found).scalars())
        gaps = (b - a for a, b in pairwise(moments))
        longest = max((gap.total_seconds() for gap in gaps), default=0.0)
        return longest / self._ground.business.speed

    def _reading(self, service: str) -> Any:
        database = Database.open(service, url=self._ground.database, data=self._ground.data)
        return database.reading()


def _steps(entries: Iterable[Entry]) -> list[CaseProgressed]:
    return [decode(STEP, 1, it.body.encode()) for it in entries if it.type == STEP]


def _calls(file: Path) -> Counter[str]:
    """How often the handler was called for each assignment, supplements left out."""
    lines = file.read_text().splitlines() if file.exists() else []
    calls = (json.loads(line) for line in lines)
    return Counter(it["assignment"] for it in calls if not it["supplemented"])
