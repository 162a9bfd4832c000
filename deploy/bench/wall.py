"""The wall of supervision with ten thousand open tasks in forty departments.

The tasks are copies of those of cases whose departments do not answer, spread over departments of
other names. What is measured is the whole page over HTTP, with its session: the first time after a
start of the service, and again and again, beside it the list of all open tasks; and how long after
an application has its code the wall shows it.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import requests

from deploy.bench.filling import CASES, MODELS, copy, tidy
from deploy.bench.processes import memory
from deploy.bench.run import Load, handed_in, quantile, until
from deploy.bench.site import Site
from shared.accounts import keeping, store
from shared.accounts.entering import Browser, begin
from shared.accounts.keeping import Once
from shared.businesstime import BusinessTime
from shared.database import Database

MODEL_CASES = 50
OF_EACH = 8
"""Open tasks of a case."""
SPREAD = 5
"""Times as many departments as the catalogue has."""
SETTLED = 5.0
"""Seconds after which a process that was started is done with starting."""
WHO = "bench.centre"
SPREAD_OUT = """
UPDATE supervision.cases SET clocks = replace(
    clocks, '"bureau-', '"bureau-' || (abs(hashtext(code)) %% %(spread)s)::text || '-'
)
"""


@dataclass(kw_only=True)
class WallAt:
    """A site whose supervision has many open tasks, and a client that has signed in."""

    site: Site
    cookies: dict[str, str]

    @property
    def url(self) -> str:
        """Where supervision is."""
        return self.site.stack.address("supervision")

    def round(self, looks: int, applications: int) -> dict[str, Any]:
        """A fresh start, so many looks and applications; the figures, in milliseconds."""
        self._start_again()
        cold = self._look()
        warm = [self._look() for _ in range(looks)]
        lists = [self._look("board/tasks") for _ in range(looks)]
        shown = [self._event(number) for number in range(applications)]
        return {
            "cold_ms": cold,
            "warm_p50_ms": quantile(warm, 0.5),
            "warm_p95_ms": quantile(warm, 0.95),
            "tasks_p50_ms": quantile(lists, 0.5),
            "tasks_p95_ms": quantile(lists, 0.95),
            "from_the_window_to_the_wall_p50_ms": quantile(shown, 0.5),
            "from_the_window_to_the_wall_most_ms": max(shown),
            "memory_mib": memory(self.site.parts["supervision"]).pss,
        }

    def _start_again(self) -> None:
        """A process that has come to rest, and to which nobody has looked at the wall."""
        self.site.stack.services.kill("supervision")
        self.site.stack.services.start_again("supervision")
        time.sleep(SETTLED)
        self._look("accounts")

    def _look(self, page: str = "board") -> float:
        begun = time.perf_counter()
        answer = requests.get(f"{self.url}/{page}", cookies=self.cookies, timeout=60)
        answer.raise_for_status()
        return 1000 * (time.perf_counter() - begun)

    def _event(self, number: int) -> float:
        """From an application's answer to the page that shows it, as an open page does it."""
        live = f"{self.url}/board/live"
        with requests.get(live, cookies=self.cookies, stream=True, timeout=60) as stream:
            marks = _marks(stream)
            before = next(marks)
            answered = handed_in(self.site, Load(name=f"wall-{number}", count=1))
            _code, _sent, at = answered["cases"][0]
            next(mark for mark in marks if mark != before)
        self._look()
        return 1000 * (time.time() - float(at))


@contextmanager
def wall_at(site: Site, tasks: int) -> Iterator[WallAt]:
    """Have about so many open tasks, and somebody who may see all of them."""
    until(lambda: bool(site.ask("SELECT 1 FROM intake.items")), "No service item was published")
    handed_in(site, Load(name="models", count=MODEL_CASES))
    known = "SELECT count(*) FROM supervision.cases WHERE clocks LIKE '%%handling%%'"
    until(lambda: bool(site.ask(known)[0][0] == MODEL_CASES), "Supervision heard not of every case")
    site.ask(MODELS)
    copies = max(0, round(tasks / OF_EACH / MODEL_CASES) - 1)
    copy(site, CASES, models=MODEL_CASES, copies=copies)
    site.ask(SPREAD_OUT, {"spread": SPREAD})
    tidy(site)
    yield WallAt(site=site, cookies={"onewindow-supervision-session": _session(site)})


def _session(site: Site) -> str:
    now = BusinessTime().now()
    database = Database.open("supervision", url=site.stack.database, data=site.stack.data)
    with database.transaction() as tx:
        keeping.add(
            tx,
            "supervision",
            name=WHO,
            display_name="Bench",
            unit="000000",
            roles=("centre",),
            once=Once(password="", hash=""),
            now=now,
            by="bench",
        )
        account = store.account(tx, WHO)
        assert account is not None, "it was made"
        store.keep(tx, replace(account, must_change=False))
        session = begin(tx, account, Browser(address="127.0.0.1", name="bench"), now)
    database.close()
    return session


def _marks(stream: requests.Response) -> Iterator[str]:
    for line in stream.iter_lines(chunk_size=1, decode_unicode=True):
        if line.startswith("data: "):
            yield line
