"""Applicants and desk officers: a steady load over HTTP, with the patience of real clients.

Who gets no answer, or is told to come later, asks again with the same Idempotency-Key until the
answer is there.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import requests

from deploy.chaos.stories import MENDED, PROMISE, PROMISED, Story
from shared.businesstime import BusinessTime
from shared.errors import OneWindowError

HANDS = 6
"""How many clients hand in at the same time."""

PATIENCE = 20.0
LOOK = 0.7
"""How often applicants and officers look, in seconds."""

PDF = "application/pdf"
GONE_ON = 409
"""Somebody was there before: the case is closed, or the task was answered already."""


class Away(OneWindowError):
    """The service could not be reached, broke off, or said that a part of it is away."""


@dataclass(kw_only=True)
class Case:
    """A story on its way. `tries` is how often it was handed in, `took` how many seconds
    the answer with its code took (its papers were there)."""

    story: Story
    key: str
    code: str = ""
    secret: str = ""
    answered_at: float = 0.0
    tries: int = 0
    took: float = 0.0
    withdrawn: bool = False
    brought: bool = False
    mended: bool = False


@dataclass(kw_only=True)
class Figures:
    """What clients met. `slowest` is the longest that a 503 was waited for, in seconds."""

    away: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    wrong: list[str] = field(default_factory=list)
    """Answers that should not have been given."""


class Http:
    """One client; raises Away, and notes answers that should not have been given."""

    def __init__(self, base: str, figures: Figures) -> None:
        self._base, self._figures = base, figures
        self._session = requests.Session()
        self._session.trust_env = False

    def __call__(self, method: str, path: str, *, token: str = "", **how: Any) -> Any:
        """JSON of a good answer, None where somebody was there before."""
        headers = {**how.pop("headers", {})}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        began = time.monotonic()
        try:
            answer = self._session.request(
                method, self._base + path, timeout=PATIENCE, headers=headers, **how
            )
        except requests.RequestException as error:
            self._figures.away["no answer"] += 1
            raise Away(f"{method} {path}: {error}") from error
        self._check(answer, time.monotonic() - began)
        return None if answer.status_code == GONE_ON else answer.json()

    def _check(self, answer: requests.Response, seconds: float) -> None:
        call = f"{answer.request.method} {answer.request.path_url}"
        if answer.status_code == 503:
            self._figures.away["503"] += 1
            self._figures.slowest = max(self._figures.slowest, seconds)
            if "Retry-After" not in answer.headers:
                self._figures.wrong.append(f"{call}: 503 without Retry-After")
            raise Away(f"{call}: {answer.text}")
        if not answer.ok and answer.status_code != GONE_ON:
            self._figures.wrong.append(f"{call}: {answer.status_code} {answer.text[:300]}")
            raise Away(f"{call}: {answer.status_code}")


class Load:
    """Hands stories in when their time has come, and plays the applicants afterwards."""

    def __init__(
        self, base: str, some: Sequence[Story], *, seed: int, business: BusinessTime
    ) -> None:
        self.cases = [Case(story=it, key=f"chaos-{seed}-{it.number:06d}") for it in some]
        self.figures = Figures()
        self._base, self._business = base, business
        self._stopping, self._lock = threading.Event(), threading.Lock()
        self._next = 0
        self._threads = [threading.Thread(target=self._hand_in, daemon=True) for _ in range(HANDS)]
        self._threads.append(threading.Thread(target=self._follow, daemon=True))

    def start(self) -> None:
        """Begin; times of stories count from now."""
        self._began = time.monotonic()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop, whatever has been handed in."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(PATIENCE + 5)

    @property
    def answered(self) -> list[Case]:
        """Cases whose code was answered."""
        return [case for case in self.cases if case.code]

    @property
    def done(self) -> bool:
        """Whether everything is handed in and applicants have nothing left to do but mend."""
        return all(
            case.code
            and (case.brought or not case.story.promises)
            and (case.withdrawn or case.story.withdrawn_after is None)
            for case in self.cases
        )

    def _take(self) -> Case | None:
        with self._lock:
            if self._next == len(self.cases):
                return None
            self._next += 1
            return self.cases[self._next - 1]

    def _hand_in(self) -> None:
        http = Http(self._base, self.figures)
        while (case := self._take()) is not None:
            due = self._began + case.story.handed_in_at - time.monotonic()
            if self._stopping.wait(max(0.0, due)):
                return
            receipt = self._insist(partial(self._try, http, case))
            if receipt is None:
                return
            case.secret, case.answered_at = receipt["receipt_secret"], time.monotonic()
            case.code = receipt["case"]
            if case.story.repeated:
                again = self._insist(partial(self._try, http, case))
                if again is not None and again != receipt:
                    self.figures.wrong.append(f"{case.code}: another receipt for the same key")

    def _insist(self, ask: Callable[[], Any]) -> Any:
        """Ask until there is an answer, or until stopped."""
        while not self._stopping.is_set():
            try:
                return ask()
            except Away:
                self._stopping.wait(0.5)
        return None

    def _try(self, http: Http, case: Case) -> Any:
        story = case.story
        case.tries += 1
        body = {
            "item": story.item,
            "channel": "portal",
            "applicant": dict(story.applicant),
            "form": dict(story.form),
            "materials": [material(http, name) for name in story.materials],
            "promises": self._promises(story),
        }
        began = time.monotonic()
        receipt = http("POST", "/cases", json=body, headers={"Idempotency-Key": case.key})
        case.took = time.monotonic() - began
        return receipt

    def _promises(self, story: Story) -> list[dict[str, str]]:
        """What comes later, and the day for it: the same day whenever the client tries."""
        if not story.promises:
            return []
        planned = timedelta(seconds=story.handed_in_at * self._business.speed)
        due = (self._business.instant + planned + PROMISE).date()
        return [{"material": PROMISED, "due_on": due.isoformat()}]

    def _follow(self) -> None:
        http = Http(self._base, self.figures)
        while not self._stopping.wait(LOOK):
            for case in self._waiting():
                try:
                    self._act(http, case)
                except Away:
                    break

    def _waiting(self) -> Iterator[Case]:
        for case in self.answered:
            story, age = case.story, time.monotonic() - case.answered_at
            mend = story.mends and not case.mended
            bring = story.promises and not case.brought and age > 3
            leave = story.withdrawn_after is not None and not case.withdrawn
            if mend or bring or (leave and age > (story.withdrawn_after or 0)):
                yield case

    def _act(self, http: Http, case: Case) -> None:
        path = f"/cases/{case.code}"
        if case.story.withdrawn_after is not None:
            http("POST", f"{path}/withdrawal", token=case.secret, json={"reason": "计划变更"})
            case.withdrawn = True
        elif case.story.promises:
            supplement(http, case, PROMISED)
            case.brought = True
        elif any(it["state"] == "returned" for it in http("GET", path)["tasks"]):
            supplement(http, case, MENDED)
            case.mended = True


def supplement(http: Http, case: Case, name: str) -> None:
    """Hand a paper in afterwards."""
    body = {"materials": [material(http, name)], "note": "补交"}
    http("POST", f"/cases/{case.code}/supplements", token=case.secret, json=body)


def material(http: Http, name: str) -> dict[str, Any]:
    """Upload a paper; returns it as an application names it."""
    content = f"%PDF-1.4\n% {name}\n%%EOF\n".encode()
    stored = http("PUT", "/materials", data=content, headers={"Content-Type": PDF})
    return {"name": name, "file_name": f"{name}.pdf", **stored}


class Officers:
    """People at a desk: they take up what is new, and approve what they have taken up."""

    def __init__(self, base: str, tokens: dict[str, str], figures: Figures) -> None:
        self._http, self._tokens = Http(base, figures), tokens
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self) -> None:
        """Go home."""
        self._stopping.set()
        self._thread.join(PATIENCE + 5)

    def _run(self) -> None:
        while not self._stopping.wait(LOOK):
            for desk, token in self._tokens.items():
                try:
                    self._work(desk, token)
                except Away:
                    continue

    def _work(self, desk: str, token: str) -> None:
        for task in self._http("GET", f"/departments/{desk}/tasks", token=token)["tasks"]:
            body = {"version": task["version"], "officer": "窗口工作人员"}
            what = "acceptance"
            if task["state"] != "assigned":
                what = "completion"
                body |= {"outcome": "approved", "opinion": "已办理"}
            self._http("POST", f"/tasks/{task['assignment']}/{what}", token=token, json=body)
