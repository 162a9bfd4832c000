"""Plays the demonstration: applicants hand in, mend, bring and withdraw; somebody cheats."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from deploy.demo import attacks
from deploy.demo.applications import Applying
from deploy.demo.clients import Client, Window
from deploy.demo.worker import afternoon
from shared.businesstime import BusinessTime

CLOSED = ("decided", "withdrawn")
FORGER = "tax"


@dataclass(kw_only=True)
class Story:
    """One application and how it goes on."""

    applying: Applying
    code: str = ""
    secret: str = ""
    tracked: dict[str, Any] = field(default_factory=dict)
    plans: list[tuple[datetime, Callable[[], None]]] = field(default_factory=list)
    mended: set[str] = field(default_factory=set)

    @property
    def state(self) -> str:
        """The state of the case, as the applicant sees it."""
        return str(self.tracked.get("state", ""))

    @property
    def closed(self) -> bool:
        """Whether the case has come to its end."""
        return self.state in CLOSED

    @property
    def fate(self) -> str:
        """How the case ended, or how far it is."""
        return str(self.tracked.get("outcome") or self.state)


@dataclass(frozen=True, kw_only=True)
class Town:
    """Where the services are, and the broker users of departments' workers."""

    intake: str
    department: str
    supervision: str
    worker_uri: Callable[[str], str]
    desks: dict[str, str]
    time: BusinessTime
    start: Callable[[], None]


class Drama:
    """All stories at once; `step` plays what is to be played at this moment."""

    def __init__(self, town: Town, applications: tuple[Applying, ...]) -> None:
        self._town = town
        self._window = Window(town.intake)
        self._desks = [Desk(town, name, token) for name, token in town.desks.items()]
        self.supervision = Client(town.supervision)
        self.stories = [Story(applying=it) for it in applications]
        self._cheated = False

    @property
    def ready(self) -> bool:
        """Whether everything that is applied for has been published."""
        return self._window.offers({story.applying.item for story in self.stories})

    @property
    def over(self) -> bool:
        """Whether every case is closed."""
        return all(story.closed for story in self.stories)

    @property
    def now(self) -> datetime:
        """Business time."""
        return self._town.time.now()

    def alerts(self) -> list[dict[str, Any]]:
        """Every alert so far."""
        found: list[dict[str, Any]] = self.supervision.get("/alerts", limit=1_000)["alerts"]
        return found

    def hand_in(self, count: int) -> None:
        """Hand in the next `count` applications."""
        waiting = [story for story in self.stories if not story.code]
        for story in waiting[:count]:
            receipt = self._window.hand_in(story.applying)
            story.code, story.secret = receipt["case"], receipt["receipt_secret"]
            self._foresee(story)

    def all_handled(self) -> bool:
        """Whether everything that was handed in lies with departments."""
        self.step()
        return all(story.state == "handling" for story in self.stories if story.code)

    def step(self) -> None:
        """Look at every open case and do what its applicant does now."""
        for story in self.stories:
            if story.code and not story.closed:
                story.tracked = self._window.track(story.code)
                self._mend(story)
                self._carry_out(story)
        for desk in self._desks:
            desk.step()
        if not self._cheated and any(it.state == "handling" for it in self.stories):
            self._cheat()

    def _foresee(self, story: Story) -> None:
        applying = story.applying
        if applying.brings_after:
            self._plan(story, applying.brings_after, lambda: self._bring(story))
        if applying.withdraws_after:
            self._plan(story, applying.withdraws_after, lambda: self._withdraw(story))

    def _plan(self, story: Story, days: int, act: Callable[[], None]) -> None:
        story.plans.append((afternoon(self.now, days), act))

    def _carry_out(self, story: Story) -> None:
        due = [plan for plan in story.plans if plan[0] <= self.now]
        for plan in due:
            story.plans.remove(plan)
            if not story.closed:
                plan[1]()

    def _mend(self, story: Story) -> None:
        for task in story.tracked["tasks"]:
            if task["state"] == "returned" and task["task"] not in story.mended:
                story.mended.add(task["task"])
                self._plan(story, story.applying.mends_after, lambda: self._supplement(story))

    def _supplement(self, story: Story) -> None:
        for material, problem in self._window.missing(story.code, story.secret).items():
            note = f"已补正 / mended: {problem}"
            self._window.supplement(story.code, story.secret, material, note)

    def _bring(self, story: Story) -> None:
        for name in story.applying.promises:
            self._window.supplement(story.code, story.secret, name, "按承诺补交 / as promised")

    def _withdraw(self, story: Story) -> None:
        self._window.withdraw(story.code, story.secret, "经营计划变更 / plans have changed")

    def _cheat(self) -> None:
        """Another department completes a task that it does not hold, and sends rubbish."""
        story = next(it for it in self.stories if it.state == "handling")
        held = self._assignment(story.code)
        if held is None:
            return
        uri = self._town.worker_uri(FORGER)
        attacks.forge(
            uri,
            forger=FORGER,
            victim=held["department"],
            case=story.code,
            assignment=held["assignment"],
            at=self.now,
        )
        attacks.poison(uri, department=FORGER, case=story.code)
        self._cheated = True

    def _assignment(self, code: str) -> dict[str, Any] | None:
        entries = self.supervision.get(f"/cases/{code}/trace")["entries"]
        changes = [it for entry in entries for it in entry["message"].get("changes", ())]
        assigned = [it for it in changes if it["kind"] == "task.assigned"]
        return assigned[0] if assigned else None


class Desk:
    """Officers of a department without a system of its own: they take tasks up and approve them."""

    def __init__(self, town: Town, department: str, token: str) -> None:
        self._town = town
        self._department = department
        self._client = Client(town.department, token)
        self._due: dict[str, datetime] = {}

    def step(self) -> None:
        """Accept what is new, answer what was accepted some hours ago."""
        tasks = self._client.get(f"/departments/{self._department}/tasks")["tasks"]
        for task in tasks:
            assignment = task["assignment"]
            signed = {"version": task["version"], "officer": "窗口工作人员"}
            if task["state"] == "assigned":
                self._client.post(f"/tasks/{assignment}/acceptance", signed)
                self._due[assignment] = self._town.time.now() + timedelta(hours=6)
            elif task["state"] == "accepted" and self._due[assignment] <= self._town.time.now():
                body = {**signed, "outcome": "approved", "opinion": "已办理 / done"}
                self._client.post(f"/tasks/{assignment}/completion", body)
