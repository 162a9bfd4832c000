"""A stack with a catalogue of its own, all of whose departments work at the desk."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from deploy.cli import app
from deploy.local.local_stack import LocalStack
from deploy.local.services import StackSettings
from services.department.handlers import add_token
from services.routing.departments import Departments
from services.routing.handlers import publish_catalogue
from services.routing.plan import Catalogue, Item
from shared.businesstime import setting_starting_now
from shared.delivery import outbox
from shared.delivery.work import Work
from tests.journey.clients import Client
from tests.journey.journey import material
from tests.journey.settling import heard, opened
from tests.journey.stories import company
from tests.journey.town import FRIDAY, begin_anew
from tests.waiting import eventually

CATALOGUE = Path(__file__).parent / "features"
OFFICER = "窗口工作人员"


class Counter:
    """The window, the desks and the supervisor of a running stack. Use it from one thread."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        self.intake = Client(*stack.addresses("intake"))
        self.supervision = Client(*stack.addresses("supervision"))
        self.desk = cache(self._desk)

    def _desk(self, department: str) -> Client:
        with opened(self.stack, "department") as database, database.transaction() as tx:
            token = add_token(Work(tx, FRIDAY, "department"), department, "journey")
        return Client(*self.stack.addresses("department"), token=token)

    def publish(self, item: Item, departments: Departments) -> None:
        """A further version of an item, as routing publishes it at a start with a new catalogue."""
        with opened(self.stack, "routing") as database, database.transaction() as tx:
            work = Work(tx, FRIDAY, "routing")
            publish_catalogue(work, Catalogue(items={item.key: item}, departments=departments))
            outbox.keep(tx, work.wires)

    def supervision_is_at(self, moment: datetime) -> None:
        """Supervision alone goes on at another moment: only its clocks look at the time."""
        names = [it for it in self.stack.settings.names if it[1] == "supervision"]
        begin_anew(self.stack, names, moment)

    def hand_in(
        self, item: str, form: Mapping[str, Any], *materials: str, applicant: str = "湖畔"
    ) -> "Handed":
        """Hand an application in, as soon as the item can be applied for."""
        papers = [material(self.intake, name, item) for name in materials]
        return self.hand_in_with(item, form, papers, applicant=applicant)

    def hand_in_with(
        self,
        item: str,
        form: Mapping[str, Any],
        papers: list[dict[str, Any]],
        applicant: str = "湖畔",
    ) -> "Handed":
        """Hand an application in with papers that are stored already."""
        eventually(lambda: item in self._offers(), f"{item} can be applied for")
        body = {
            "item": item,
            "channel": "window",
            "applicant": company(applicant),
            "form": dict(form),
            "materials": papers,
        }
        headers = {"Idempotency-Key": secrets.token_hex(8)}
        return Handed(self, self.intake.post("/cases", body, headers=headers))

    def _offers(self) -> set[str]:
        return {it["item"] for it in self.intake.get("/items")["items"]}

    def task(self, department: str, case: str, task: str) -> dict[str, Any]:
        """A task on a department's desk with all that it may see, as soon as it is there."""
        desk = self.desk(department)

        def look() -> dict[str, Any] | None:
            tasks = desk.get(f"/departments/{department}/tasks", limit=200)["tasks"]
            return next((it for it in tasks if (it["case"], it["task"]) == (case, task)), None)

        listed = eventually(look, f"{department} has the task {task}")
        assert listed is not None
        shown: dict[str, Any] = desk.get(f"/tasks/{listed['assignment']}")
        return shown


class Handed:
    """A case that was handed in, followed by its code."""

    def __init__(self, counter: Counter, receipt: dict[str, Any]) -> None:
        self.counter = counter
        self.code = str(receipt["case"])
        self.secret = str(receipt["receipt_secret"])

    def tracked(self) -> dict[str, Any]:
        """Where the case stands, as its applicant sees it."""
        found: dict[str, Any] = self.counter.intake.get(f"/cases/{self.code}")
        return found

    def comes_to(self, outcome: str) -> None:
        """Wait for an outcome."""
        eventually(
            lambda: self.tracked()["outcome"] == outcome,
            f"the case is {outcome}",
            state=self.tracked,
        )

    def answer(self, department: str, task: str, outcome: str = "approved", **said: Any) -> None:
        """An officer of a department answers a task."""
        shown = self.counter.task(department, self.code, task)
        body = {"version": shown["version"], "officer": OFFICER, "outcome": outcome, **said}
        path = f"/tasks/{shown['assignment']}/completion"
        self.counter.desk(department).post(path, body)

    def order(self, *words: str) -> None:
        """What an operator orders about the case: the words of `./onewindow case`."""
        command, *rest = words
        given = ["case", command, self.code, *rest, "--data", str(self.counter.stack.data)]
        app([*given, "--by", "陈志远", "--reason", "职能调整"], standalone_mode=False)

    def notices(self) -> list[dict[str, Any]]:
        """What the applicant was told."""
        headers = {"Authorization": f"Bearer {self.secret}"}
        answer = self.counter.intake.ask("GET", f"/cases/{self.code}/notices", headers=headers)
        return list(answer.json()["notices"])

    def changes(self) -> list[dict[str, Any]]:
        """Everything that routing has said of the case, in order, as supervision wrote it down."""
        trace = self.counter.supervision.find(f"/cases/{self.code}/trace")
        if trace is None:
            return []
        assert trace["verified"], trace["findings"]
        return [it for entry in trace["entries"] for it in entry["message"].get("changes", ())]

    def directives(self) -> list[tuple[str, str]]:
        """What supervision told routing to do about the case, as (silence, department)."""
        heard(self.counter.stack)
        trace = self.counter.supervision.get(f"/cases/{self.code}/trace")
        said = [it["message"] for it in trace["entries"] if it["type"] == "task.act-on-silence"]
        return [(it["silence"], it["department"]) for it in said]

    def change(self, kind: str) -> dict[str, Any]:
        """The first change of a kind, as soon as supervision has it."""
        found = eventually(
            lambda: next((it for it in self.changes() if it["kind"] == kind), None),
            f"{kind} is in the trace",
            state=self.changes,
        )
        assert found is not None
        return found

    def clocks(self) -> dict[tuple[str, str], dict[str, Any]]:
        """The clocks of the case by kind and task, when all that was said has come to them."""
        heard(self.counter.stack)
        found = self.counter.supervision.get(f"/cases/{self.code}/clocks")["clocks"]
        return {(it["kind"], it["task"]): it for it in found}


@contextmanager
def running_counter(folder: Path) -> Iterator[Counter]:
    """A stack that begins on Friday."""
    time = setting_starting_now(FRIDAY, speed=1.0)
    settings = replace(StackSettings(), time=time, catalogue=CATALOGUE)
    with LocalStack(folder, settings, say=print) as stack:
        yield Counter(stack)
