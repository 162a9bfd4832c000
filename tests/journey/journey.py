"""A journey: stories that are handed in at once and played until every case is closed."""

import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pika.exceptions import AMQPError

from deploy.demo import attacks
from tests.journey.clients import Away, Client
from tests.journey.script import behaviour
from tests.journey.stories import BROUGHT_LATER, Story
from tests.journey.town import Call, Town
from tests.waiting import PATIENCE, eventually

PDF = "application/pdf"
CLOSED = ("decided", "withdrawn")
FORGER = "tax"


@dataclass(kw_only=True)
class Case:
    """A story on its way. `done` is what was done about it once and for all."""

    story: Story
    key: str
    receipt: dict[str, Any] = field(default_factory=dict)
    tracked: dict[str, Any] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)

    @property
    def code(self) -> str:
        return str(self.receipt["case"])

    @property
    def state(self) -> str:
        return str(self.tracked.get("state", ""))

    @property
    def fate(self) -> str:
        """How the case ended, or how far it is."""
        return str(self.tracked.get("outcome") or self.state)

    @property
    def tasks(self) -> dict[str, str]:
        """The tasks of the case and their states, as the applicant sees them."""
        return {it["task"]: it["state"] for it in self.tracked.get("tasks", ())}

    def authorized(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.receipt['receipt_secret']}"}


class Journey:
    """Some stories in one town. `step` does what is to be done just now."""

    def __init__(self, town: Town, stories: Sequence[Story]) -> None:
        self.town = town
        run = secrets.token_hex(8)
        self.cases = [Case(story=story, key=f"{run}-{story.name}") for story in stories]

    def __getitem__(self, name: str) -> Case:
        return next(case for case in self.cases if case.story.name == name)

    def hand_in(self) -> None:
        """Hand every story in, as often as it takes."""
        with Client(*self.town.intake.bases) as intake:
            for case in self.cases:
                case.receipt = _insistently(partial(receipt_of, intake, case))

    @contextmanager
    def handing_in(self) -> Iterator[None]:
        """Hand every story in meanwhile, from another thread."""
        failed: list[BaseException] = []

        def run() -> None:
            try:
                self.hand_in()
            except BaseException as error:
                failed.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield
        finally:
            thread.join(PATIENCE)
        assert not failed, f"an application could not be handed in: {failed[0]!r}"
        assert not thread.is_alive(), "the applications were not handed in in time"

    def play(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        """Step until every case is closed."""

        def once() -> bool:
            self.step()
            meanwhile()
            return self.over

        eventually(once, "every case is closed", state=self._open)

    def _open(self) -> list[str]:
        open_cases = [case for case in self.cases if case.state not in CLOSED]
        return [f"{it.story.name}: {it.state} {it.tasks}" for it in open_cases]

    @property
    def over(self) -> bool:
        return all(case.state in CLOSED for case in self.cases)

    def step(self) -> None:
        """Everybody does what they can; who cannot be reached is tried again with the next step."""
        for case in self.cases:
            if case.receipt and case.state not in CLOSED:
                _unless_away(partial(self._move, case))
        _unless_away(self.town.work_at_the_desk)

    def _move(self, case: Case) -> None:
        case.tracked = self.town.intake.get(f"/cases/{case.code}")
        if case.state == "awaiting_materials":
            self._await_materials(case)
        elif case.state in ("handling", "suspended") and "assigned" not in case.tasks.values():
            self._answer(case)

    def _answer(self, case: Case) -> None:
        """Everybody has taken up what there is: now clerks answer, and applicants act."""
        calls = self.town.assigned()
        name = case.story.application([])["form"]["project_name"]
        for task, state in case.tasks.items():
            does, _ = behaviour(name, task)
            if state == "returned":
                self._once(case, f"mend {task}", lambda: self.supplement(case, "design-plan"))
            elif (case.code, task) in calls:
                self._clerk(case, does, state, calls[case.code, task])
        if case.story.withdrawn and "accepted" in case.tasks.values():
            self._once(case, "withdraw", lambda: self.withdraw(case))

    def _clerk(self, case: Case, does: str, state: str, call: Call) -> None:
        if state == "suspended" and does == "suspend":
            self._once(case, f"resume {call.task}", lambda: self.town.resume(call))
        elif state == "accepted" and does in ("later", "suspend"):
            self._once(case, f"approve {call.task}", lambda: self.town.approve(call))
        elif state == "accepted" and does == "reject":
            self._once(case, f"reject {call.task}", lambda: self.town.reject(call))

    def _await_materials(self, case: Case) -> None:
        if case.story.forged:
            self._once(case, "forge", lambda: self._forge(case))
        self._once(case, "bring", lambda: self.supplement(case, BROUGHT_LATER))

    def _forge(self, case: Case) -> None:
        """Another department answers a task that it does not hold, with its own broker user."""
        held = self.town.assigned()[case.code, "siting"]
        attacks.forge(
            self.town.stack.amqp_uri(f"department.{FORGER}"),
            forger=FORGER,
            victim="planning",
            case=case.code,
            assignment=held.assignment,
            at=self.town.now,
        )

    def supplement(self, case: Case, name: str) -> None:
        """The applicant hands a paper in."""
        body = {"materials": [material(self.town.intake, name, "supplement")], "note": "补正"}
        headers = case.authorized()
        self.town.intake.post(f"/cases/{case.code}/supplements", body, headers=headers)

    def withdraw(self, case: Case) -> None:
        """The applicant takes the case back."""
        headers = case.authorized()
        body = {"reason": "经营计划变更"}
        self.town.intake.post(f"/cases/{case.code}/withdrawal", body, headers=headers)

    def _once(self, case: Case, what: str, act: Callable[[], None]) -> None:
        if what not in case.done:
            act()
            case.done.add(what)


def receipt_of(intake: Client, case: Case) -> dict[str, Any]:
    """Upload the papers of a story and hand it in; the same receipt whenever it is done."""
    story = case.story
    papers = [material(intake, name, story.name) for name in story.papers]
    headers = {"Idempotency-Key": case.key}
    receipt: dict[str, Any] = intake.post("/cases", story.application(papers), headers=headers)
    return receipt


def material(intake: Client, name: str, owner: str) -> dict[str, Any]:
    """Upload a paper; returns it as an application names it."""
    content = f"%PDF-1.4\n% {name} of {owner}\n%%EOF\n".encode()
    return {"name": name, "file_name": f"{name}.pdf", **intake.put("/materials", content, PDF)}


def _unless_away(act: Callable[[], None]) -> None:
    try:
        act()
    except (Away, AMQPError):
        return


def _insistently(ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    def once() -> dict[str, Any]:
        try:
            return ask()
        except Away:
            return {}

    return eventually(once, "the application is taken in")
