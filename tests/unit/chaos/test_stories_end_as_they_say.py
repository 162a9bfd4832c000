"""The fate of a story follows from its inputs: played on routing's rules alone, it comes true."""

import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from onewindow_worker import Task

from deploy.chaos.plan import WEIGHTS, faults
from deploy.chaos.run import MONDAY
from deploy.chaos.stories import MENDED, PROMISED, Story, stories
from deploy.chaos.worker import Desk, answer
from deploy.local.services import CATALOGUE, departments
from services.routing.answers import Origin
from services.routing.case import Case
from services.routing.catalogue import load_catalogue
from services.routing.domain import apply
from shared.messages import (
    CaseAccepted,
    CaseSupplemented,
    CaseWithdrawn,
    Deferral,
    Material,
    Person,
    TaskAssigned,
    TaskCompleted,
    TaskDeclined,
    TaskReturned,
    Text,
)
from shared.messages.codec import decode
from shared.messages.progress import Decided
from shared.messages.registry import name_of

SEED = 5
CITY, DESKS = load_catalogue(CATALOGUE), departments(CATALOGUE)


def some(count: int) -> list[Story]:
    return list(stories(SEED, seconds=count, rate=1.0, late=(1, 2)))


def test_the_same_seed_hands_in_the_same_and_breaks_the_same() -> None:
    assert some(40) == some(40)
    planned = [faults(SEED, pause=(0, 1), server=True) for _ in range(2)]
    first = [[next(it) for _ in range(40)] for it in planned]
    assert first[0] == first[1]


def test_every_kind_of_fault_comes_before_any_comes_again() -> None:
    planned = faults(SEED, pause=(0, 1), server=True)
    assert {next(planned).kind for _ in WEIGHTS} == set(WEIGHTS)
    without = faults(SEED, pause=(0, 1), server=False)
    kinds = {next(without).kind for _ in range(300)}
    assert kinds == {kind for kind in WEIGHTS if "database" not in kind}


def test_each_story_ends_as_it_says(tmp_path: Path) -> None:
    told = some(300)
    assert min(Counter(it.fate for it in told).values()) >= 5
    assert [it.number for it in told if Played(it, tmp_path).fate() != it.fate] == []


class Played:
    """A story on routing's rules, with workers that do what the script says."""

    def __init__(self, story: Story, folder: Path) -> None:
        self.story, self.desk = story, Desk(folder)
        self.code = f"story-{story.number:06d}"
        self.case: Case | None = None
        self.outcome = ""
        self.assigned: list[TaskAssigned] = []

    def fate(self) -> str:
        self.tell(self.accepted(), "intake")
        while self.assigned:
            self.work(self.assigned.pop(0))
        if self.story.promises:
            self.tell(self.supplement(PROMISED), "intake")
        if self.story.withdrawn_after is not None:
            withdrawn = CaseWithdrawn(case=self.code, at=MONDAY, reason="r")
            self.tell(withdrawn, "intake")
        assert self.case is not None
        return self.outcome or self.case.state

    def tell(self, message: Any, role: str, unit: str = "") -> None:
        stepped = apply(
            self.case,
            message,
            Origin(role=role, unit=unit, message_id="m"),
            item=CITY.items[self.story.item],
            departments=CITY.departments,
            now=MONDAY,
        )
        self.case = stepped.case
        self.assigned += [it for it in stepped.messages if isinstance(it, TaskAssigned)]
        decided = [it.outcome for it in stepped.changes if isinstance(it, Decided)]
        self.outcome = decided[0] if decided else self.outcome

    def work(self, task: TaskAssigned, *, supplemented: bool = False) -> None:
        """The answer of the department, or of an officer at a desk, who always approves."""
        desk = DESKS[task.department]
        shown = SimpleNamespace(**{**vars(task), "supplemented": supplemented})
        said = answer(cast(Task, shown), self.desk)
        content = {"outcome": "approved", "results": {}} if desk else said.content()
        kind = "task.completed" if desk else said.type
        if kind == "task.accepted":
            if list(self.desk.later.glob(task.assignment)):
                self.say(task, TaskCompleted, {"outcome": "approved", "results": {}}, desk)
            return
        kinds = {
            "task.completed": TaskCompleted,
            "task.declined": TaskDeclined,
            "task.returned": TaskReturned,
        }
        self.say(task, kinds[kind], content, desk)
        if kind == "task.returned":
            self.tell(self.supplement(MENDED), "intake")
            self.work(task, supplemented=True)

    def say(self, task: TaskAssigned, cls: type, content: dict[str, Any], desk: bool) -> None:
        role, unit = ("department", "") if desk else ("unit", task.department)
        whom = {"case": self.code, "assignment": task.assignment, "department": task.department}
        plain = {**whom, "at": MONDAY.isoformat(), **content}
        self.tell(decode(name_of(cls), 1, json.dumps(plain).encode()), role, unit)

    def accepted(self) -> CaseAccepted:
        deferral = Deferral(
            material=PROMISED,
            title=Text(zh="承诺书", en="commitment"),
            due_on=date(2026, 3, 20),
            promised_by="x",
        )
        return CaseAccepted(
            case=self.code,
            item=self.story.item,
            item_version=CITY.items[self.story.item].version,
            region="330100",
            channel="portal",
            received_at=MONDAY,
            accepted_at=MONDAY + timedelta(seconds=1),
            applicant=Person(kind="person", name="x", number="y"),
            form=dict(self.story.form),
            deferrals=(deferral,) if self.story.promises else (),
        )

    def supplement(self, name: str) -> CaseSupplemented:
        paper = Material(
            name=name, digest="sha256:" + "0" * 64, media_type="application/pdf", size=1
        )
        return CaseSupplemented(case=self.code, at=MONDAY, form={}, materials=(paper,))
