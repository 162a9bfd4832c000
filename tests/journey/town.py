"""A town for journeys: a whole stack, a worker process for each department, officers at a desk."""

import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from onewindow_worker import Reporter, approve, reject

from deploy.local.local_stack import LocalStack
from deploy.local.places import ROOT, SDK
from deploy.local.services import SERVICES, StackSettings, service_spec
from deploy.local.stack import ProcessSpec
from services.department.handlers import add_token
from shared.businesstime import setting_starting_now
from shared.delivery.work import Work
from tests.journey.clients import Client
from tests.journey.office import CALLS
from tests.journey.settling import opened, settle
from tests.journey.stories import ITEM
from tests.waiting import eventually

FRIDAY = datetime.fromisoformat("2026-09-18T09:30:00+08:00")
"""The last Friday before Mid-Autumn (25 to 27 September) and National Day (1 to 7 October)."""

DESK = "archives"
REASONS = ("选址位于饮用水水源保护区", "《中华人民共和国水污染防治法》第六十五条")
"""Of a rejection: its opinion and its legal basis."""

WORKERS = (
    "development-reform",
    "planning",
    "ecology",
    "housing",
    "water",
    "fire",
    "civil-air-defence",
    "meteorology",
)


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call of a department's handler, as the department wrote it down."""

    department: str
    kind: str
    case: str
    task: str
    assignment: str
    supplemented: bool
    form: tuple[str, ...]
    read: str = ""


class Town:
    """A running stack and everybody who works on it. Use it from one thread."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        self.intake = Client(*stack.addresses("intake"))
        self.supervision = Client(*stack.addresses("supervision"))
        self.calls_folder = stack.folder / "calls"
        self.calls_folder.mkdir()
        self.now = FRIDAY

    @cached_property
    def desk(self) -> Client:
        """The HTTP API of the desk, with a token made as an operator makes it."""
        with opened(self.stack, "department") as database, database.transaction() as tx:
            token = add_token(Work(tx, FRIDAY, "department"), DESK, "journey")
        return Client(*self.stack.addresses("department"), token=token)

    def start_workers(self) -> None:
        """Start a worker for each department, and wait until there is something to apply for."""
        self.stack.services.start(*(self._worker(name) for name in WORKERS))
        eventually(self._offers, f"{ITEM} can be applied for")

    def _offers(self) -> bool:
        return ITEM in {it["item"] for it in self.intake.get("/items")["items"]}

    def _worker(self, department: str) -> ProcessSpec:
        return ProcessSpec(
            name=worker_of(department),
            argv=(sys.executable, "-P", "-m", "tests.journey.office", department),
            env={
                "PYTHONPATH": f"{ROOT}:{SDK}",
                "PYTHONUNBUFFERED": "1",
                CALLS: str(self.calls_folder),
                "ONEWINDOW_WORKER_DEPARTMENT": department,
                "ONEWINDOW_WORKER_URI": self.stack.amqp_uri(f"department.{department}"),
                "ONEWINDOW_WORKER_JOURNAL": str(self.journal(department)),
            },
        )

    def journal(self, department: str) -> Path:
        """The journal of a department's worker."""
        return self.stack.data / f"{department}.journal"

    def calls(self) -> list[Call]:
        """Every call of a handler so far."""
        return [
            Call(
                **{**json.loads(line), "department": file.stem, "form": tuple(_form(line))},
            )
            for file in sorted(self.calls_folder.iterdir())
            for line in file.read_text().splitlines()
        ]

    def assigned(self) -> dict[tuple[str, str], Call]:
        """The last call for each task of each case."""
        return {(call.case, call.task): call for call in self.calls() if call.kind == "task"}

    def approve(self, call: Call) -> None:
        """A clerk of the department approves a task that was taken up."""
        self._reporter(call).complete(call.assignment, approve("现场核查合格", officer="经办人"))

    def reject(self, call: Call) -> None:
        """A clerk of the department rejects a task that was taken up."""
        opinion, legal_basis = REASONS
        refusal = reject(opinion, legal_basis=legal_basis)
        self._reporter(call).complete(call.assignment, refusal)

    def resume(self, call: Call) -> None:
        """A clerk of the department ends a special procedure."""
        self._reporter(call).resume(call.assignment, "评审通过")

    def _reporter(self, call: Call) -> Reporter:
        return Reporter(self.journal(call.department))

    def work_at_the_desk(self) -> None:
        """An officer takes up what is new and approves what was taken up before."""
        for task in self.desk.get(f"/departments/{DESK}/tasks", limit=200)["tasks"]:
            body = {"version": task["version"], "officer": "窗口工作人员"}
            if task["state"] == "assigned":
                self.desk.post(f"/tasks/{task['assignment']}/acceptance", body)
            else:
                done = {"outcome": "approved", "opinion": "已签订责任书"}
                self.desk.post(f"/tasks/{task['assignment']}/completion", {**body, **done})

    def it_is(self, moment: datetime) -> None:
        """The lights go out for all services, and come on again at another moment."""
        begin_anew(self.stack, self.stack.settings.names, moment)
        self.now = moment

    def trace(self, code: str) -> dict[str, Any]:
        """What supervision has written down about a case: nothing before it hears of it."""
        return self.supervision.find(f"/cases/{code}/trace") or {"entries": []}

    def changes(self, code: str) -> list[dict[str, Any]]:
        """Everything that routing has said of a case, in order."""
        entries = self.trace(code)["entries"]
        return [it for entry in entries for it in entry["message"].get("changes", ())]

    def clocks(self, code: str) -> dict[tuple[str, str], dict[str, Any]]:
        """The clocks of a case by kind and task; none before supervision hears of it."""
        found = self.supervision.find(f"/cases/{code}/clocks") or {"clocks": []}
        return {(it["kind"], it["task"]): it for it in found["clocks"]}

    def alerts(self, code: str) -> list[dict[str, Any]]:
        """The alerts about a case, oldest first."""
        found = self.supervision.get("/alerts", case=code, limit=1_000)["alerts"]
        return sorted(found, key=lambda it: (it["at"], it["alert"]))

    def query(self, service: str, sql: str, *values: Any) -> list[dict[str, Any]]:
        """Rows of a service's own database, read while the service runs; on every database with the
        values that SQLite would give."""
        statement = sql.replace("?", "%s") if self.stack.database else sql
        with opened(self.stack, service) as database, database.reading() as tx:
            rows = tx.exec_driver_sql(statement, values).mappings()
            return [{name: _plain(value) for name, value in row.items()} for row in rows]

    def tables(self, service: str) -> dict[str, set[str]]:
        """The tables of a service and their columns."""
        with opened(self.stack, service) as database:
            look = sa.inspect(database.engine)
            names = look.get_table_names()
            return {name: {it["name"] for it in look.get_columns(name)} for name in names}

    def settle(self) -> None:
        """Wait until no message is under way: queues and outboxes are empty, alerts are told."""
        settle(self.stack)

    def parked(self) -> list[dict[str, Any]]:
        """Every message that any service has set aside and that still waits for a person."""
        waiting = "SELECT * FROM parked WHERE state IN ('parked', 'redrive')"
        return [row for it in SERVICES for row in self.query(it, waiting)]

    def close(self) -> None:
        """Close the connections of the clients; the workers have nothing left to do."""
        for department in WORKERS:
            self.stack.services.kill(worker_of(department))
        for client in (self.intake, self.supervision, self.desk):
            client.__exit__(None, None, None)


def begin_anew(stack: LocalStack, names: Sequence[tuple[str, str]], moment: datetime) -> None:
    """Kill processes of services and start them at another moment; each as (name, service)."""
    running = {it.name: it.address for it in stack.services.states()}
    for name, _ in names:
        stack.services.kill(name)
    settings = replace(stack.settings, time=setting_starting_now(moment, speed=1.0))
    specs = [
        service_spec(
            name,
            service=service,
            port=int(running[name].rpartition(":")[2]),
            amqp_uri=stack.amqp_uri(service),
            data=stack.data,
            database=stack.database,
            settings=settings,
            environ={},
        )
        for name, service in names
    ]
    stack.services.start(*specs)


@contextmanager
def running_town(folder: Path, settings: StackSettings | None = None) -> Iterator[Town]:
    """A stack that begins on Friday, and everybody who works on it."""
    settings = replace(settings or StackSettings(), time=setting_starting_now(FRIDAY, speed=1.0))
    with LocalStack(folder, settings, say=lambda text: print(text, file=sys.stderr)) as stack:
        town = Town(stack)
        town.start_workers()
        yield town
        town.close()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return int(value) if isinstance(value, bool) else value


def worker_of(department: str) -> str:
    """What the process of a department's worker is called."""
    return f"worker-{department}"


def _form(line: str) -> list[str]:
    found: list[str] = json.loads(line)["form"]
    return found


def effects(calls: list[Call]) -> dict[tuple[str, str, bool], int]:
    """How often each handler was called for the same thing."""
    counted: defaultdict[tuple[str, str, bool], int] = defaultdict(int)
    for call in calls:
        counted[call.kind, call.assignment, call.supplemented] += 1
    return counted
