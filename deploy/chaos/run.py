"""A run: load and faults side by side, then rest, then the promises."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

from deploy.chaos.faults import Event, Saboteur
from deploy.chaos.findings import Inspector, Verdict
from deploy.chaos.ground import Ground
from deploy.chaos.load import Load, Officers
from deploy.chaos.plan import faults
from deploy.chaos.stories import stories
from deploy.chaos.strays import OURS, Strays
from deploy.local.broker_admin import BrokerRefused
from deploy.local.services import SERVICES
from deploy.local.stack import answers
from deploy.reconcile.books import Ledgers, reconcile
from services.department.handlers import add_token
from services.supervision import deliveries
from shared.database import Database
from shared.delivery.work import Work
from shared.errors import Unavailable

MONDAY = datetime.fromisoformat("2026-03-02T09:00:00+08:00")
LONGEST_SPEED = 7_200.0
DAYS = 200
"""How many days of business time a run may last: within the year whose holidays are known."""

REFUSED = 2
"""The status of a service that cannot start."""

SETTLES_WITHIN = 420.0
"""Seconds. A message that failed four times is held for five minutes (RETRY_DELAYS)."""

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What kind of run: its length in seconds, its seed, cases a second, the pause between faults
    in seconds, the database."""

    seconds: float
    seed: int
    rate: float = 1.0
    pause: tuple[float, float] = (0.5, 4.0)
    sqlite: bool = False

    @property
    def speed(self) -> float:
        """Business seconds a second."""
        return min(LONGEST_SPEED, DAYS * 86_400 / (self.seconds + SETTLES_WITHIN))


@dataclass(kw_only=True)
class Run:
    """A run while it goes on, for whoever watches, and what came of it."""

    wanted: Wanted
    ground: Ground
    load: Load
    officers: Officers
    saboteur: Saboteur
    strays: Strays
    phase: str = "load and faults"
    began: float = 0.0
    settled_after: float = 0.0
    left: dict[str, object] = field(default_factory=dict)
    ended: list[str] = field(default_factory=list)
    verdict: Verdict | None = None

    @property
    def events(self) -> list[Event]:
        """The timeline."""
        return self.saboteur.events

    @property
    def seconds(self) -> float:
        """How long it has been going on."""
        return time.monotonic() - self.began

    @contextmanager
    def people_at_work(self) -> Iterator[None]:
        """Applicants hand in and officers work meanwhile."""
        self.began = time.monotonic()
        self.load.start()
        self.officers.start()
        try:
            yield
        finally:
            self.load.stop()
            self.officers.stop()


Watch = Callable[[Run], None]


def run(wanted: Wanted, folder: Path, *, say: Say, watch: Watch) -> Run:
    """Do it all; whatever was started is ended."""
    ground = Ground(folder, start=MONDAY, speed=wanted.speed, sqlite=wanted.sqlite)
    strays = Strays(ground.node.admin, ground.vhost)
    saboteur = Saboteur(ground, strays, wanted.seed)
    try:
        ground.start(say)
        return _on(ground, wanted, strays, saboteur, watch)
    finally:
        saboteur.stop_breaking()
        ground.stop()
        saboteur.end()


def _on(ground: Ground, wanted: Wanted, strays: Strays, saboteur: Saboteur, watch: Watch) -> Run:
    now = prepare(ground, wanted, strays, saboteur)
    saboteur.begin()
    with now.people_at_work():
        _break_things(now, watch)
        heal(now, watch)
        settle(now, watch)
    judge(now)
    watch(now)
    return now


def prepare(ground: Ground, wanted: Wanted, strays: Strays, saboteur: Saboteur) -> Run:
    """Everything that a run on a started ground needs, and something to apply for."""
    strays.start()
    ground.node.settle()
    late = (int(86_400 / wanted.speed), int(86_400 * 4 / wanted.speed))
    applications = list(stories(wanted.seed, seconds=wanted.seconds, rate=wanted.rate, late=late))
    load = Load(ground.address("intake"), applications, seed=wanted.seed, business=ground.business)
    officers = Officers(ground.address("department"), _tokens(ground), load.figures)
    _await_items(ground, {it.item for it in applications})
    return Run(
        wanted=wanted,
        ground=ground,
        load=load,
        officers=officers,
        saboteur=saboteur,
        strays=strays,
    )


def _tokens(ground: Ground) -> dict[str, str]:
    """An API token for each desk, made as an operator makes it."""
    database = Database.open("department", url=ground.database, data=ground.data)
    tokens = {}
    for desk in ground.desks:
        with database.transaction() as tx:
            tokens[desk] = add_token(Work(tx, ground.business.now(), "department"), desk, "chaos")
    database.close()
    return tokens


def _await_items(ground: Ground, items: set[str]) -> None:
    for item in items:
        address = f"{ground.address('intake')}/items/{item}"
        ground.await_ready("intake", partial(answers, address))


def _break_things(now: Run, watch: Watch) -> None:
    planned = faults(now.wanted.seed, pause=now.wanted.pause, server=not now.wanted.sqlite)
    following = next(planned)
    at = time.monotonic() + following.pause
    while now.seconds < now.wanted.seconds:
        now.saboteur.undo_due()
        _start_again(now)
        if time.monotonic() >= at:
            now.saboteur.do(following)
            following = next(planned)
            at = time.monotonic() + following.pause
        watch(now)
        time.sleep(0.1)


def _start_again(now: Run) -> None:
    """A process that ends by itself has been told by the way: nobody may die of a fault of another
    part but who is just starting."""
    for what in now.saboteur.start_again_what_ended():
        now.ended.append(what)
        now.saboteur.tell("ended", what)


def heal(now: Run, watch: Watch) -> None:
    """Undo every fault."""
    now.phase = "undoing faults"
    watch(now)
    now.saboteur.undo_all()
    now.strays.stop()
    now.ground.set_up()


def settle(now: Run, watch: Watch) -> None:
    """Wait until nothing is under way any more; what is still left then is found by `judge`."""
    now.phase = "settling"
    began = time.monotonic()
    while left := _look(now):
        if time.monotonic() - began > SETTLES_WITHIN:
            shown = ", ".join(f"{what}: {count}" for what, count in left.items())
            now.saboteur.tell("not settled", shown)
            break
        _start_again(now)
        watch(now)
        time.sleep(0.5)
    now.settled_after = time.monotonic() - began


def _look(now: Run) -> dict[str, object]:
    """What is left, for whoever watches; a part that is still away is left as well."""
    try:
        now.left = _left(now)
    except (Unavailable, BrokerRefused) as error:
        now.left = {"away": str(error)}
    return now.left


def _left(now: Run) -> dict[str, object]:
    """What is still under way; empty once the system has settled."""
    left: dict[str, object] = {}
    for service in SERVICES:
        if not answers(now.ground.health(service)):
            left[service] = "does not answer"
    waiting = len(now.load.cases) - len(now.load.answered)
    left["applications without a code"] = waiting
    queues = now.ground.node.admin.queues(now.ground.vhost)
    left |= {it.name: it.ready + it.unacknowledged for it in queues if it.name not in OURS}
    return {what: count for what, count in (left | _rows(now)).items() if count}


def _rows(now: Run) -> dict[str, object]:
    with Ledgers(data=now.ground.data, url=now.ground.database) as ledgers:
        rows: dict[str, object] = {f"outbox of {it}": n for it, n in ledgers.unsent().items()}
        rows["open cases"] = reconcile(ledgers, looks=1).open
    database = Database.open("supervision", url=now.ground.database, data=now.ground.data)
    with database.reading() as tx:
        rows["alerts to be told"] = sum(deliveries.backlog(tx).values())
    database.close()
    return rows


def judge(now: Run) -> None:
    """Check every promise; the verdict is the run's."""
    now.phase = "checking"
    with Ledgers(data=now.ground.data, url=now.ground.database) as ledgers:
        balance = reconcile(ledgers)
        parked = ledgers.parked()
    inspector = Inspector(now.ground, now.load.answered, now.saboteur.restarts)
    verdict = inspector.inspect(balance, now.strays.alerts())
    verdict.say("nothing left", (f"{what}: {n}" for what, n in _left(now).items()))
    verdict.say("nothing parked", parked)
    verdict.say("answers", now.load.figures.wrong)
    # Who starts while its database is away refuses, and its supervisor starts it again.
    verdict.say("processes", (it for it in now.ended if not it.endswith(f"status {REFUSED}")))
    now.verdict, now.phase = verdict, "done"
