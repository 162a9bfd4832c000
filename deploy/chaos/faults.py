"""How each fault is done, and how it is undone again."""

import heapq
import itertools
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

from deploy.chaos.ground import Ground, worker_name
from deploy.chaos.plan import Planned
from deploy.chaos.strays import BROKEN, READERS, Strays
from deploy.local.broker_config import DISK_FREE_LIMIT
from deploy.local.broker_node import BrokerNode
from deploy.local.postgres import Postgres
from deploy.local.services import SERVICES
from shared.errors import OneWindowError

ENDLESS = 1 << 50
"""More free bytes than any disk has."""

MUTE_SECONDS = {"broker": 45.0, "database": 15.0}
"""When a muted connection is reset at the latest: services find out about a broker within 40 s,
about a database that acknowledges and says nothing never (TCP keepalive is answered)."""

NOT_NOW = (*BROKEN, OneWindowError, subprocess.TimeoutExpired)
AGAIN_AFTER = 1.0
STARTS_WITHIN = 180.0

Act = Callable[[], object]


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that was done, so many seconds after the start."""

    at: float
    kind: str
    what: str


@dataclass(order=True)
class _Later:
    at: float
    order: int
    act: Act = field(compare=False)
    what: str = field(compare=False)


class Saboteur:
    """Does faults and undoes them. `events` is the timeline, `counted` how many of each kind."""

    def __init__(self, ground: Ground, strays: Strays, seed: int) -> None:
        self.events: list[Event] = []
        self.counted: Counter[str] = Counter()
        self.restarts: Counter[str] = Counter()
        self._ground, self._strays = ground, strays
        self._dice = random.Random(f"strays {seed}")  # noqa: S311 - to be had again
        self._later: list[_Later] = []
        self._order = itertools.count()
        self._diverted = False
        # Who starts a server lives as long as the server should (see deploy.local.process.spawn).
        self._servers = ThreadPoolExecutor(2, "servers")
        self._disk = ThreadPoolExecutor(1, "disk")
        self._starting: dict[str, Future[None]] = {}
        self._blocked: Future[None] | None = None
        self._ended = threading.Event()
        self._began = time.monotonic()

    def begin(self) -> None:
        """Let the timeline begin now."""
        self._began = time.monotonic()

    def do(self, planned: Planned) -> None:
        """Do a fault. One that is not possible just now is told, one that met nobody is not even
        that, and neither is counted."""
        act = getattr(self, "_" + planned.kind.replace(" ", "_"))
        try:
            what = act(planned)
        except NOT_NOW as error:
            self.tell("not now", f"{planned.kind}: {error!r}"[:120])
            return
        if what:
            self.counted[planned.kind] += 1
            self.tell(planned.kind, what)

    def tell(self, kind: str, what: str) -> None:
        """Write something into the timeline."""
        self.events.append(Event(at=time.monotonic() - self._began, kind=kind, what=what))

    def undo_due(self) -> None:
        """Undo what has lasted long enough; what cannot be undone now is tried again."""
        while self._later and self._later[0].at <= time.monotonic():
            self._undo(heapq.heappop(self._later))

    def undo_all(self, seconds: float = 120.0) -> None:
        """Undo everything now; raises TimeoutError, NotReady for a server that did not start."""
        for server in self._starting.values():
            server.result(STARTS_WITHIN)
        if self._blocked is not None:
            self._blocked.result(seconds)
        deadline = time.monotonic() + seconds
        while self._later:
            if time.monotonic() > deadline:
                raise TimeoutError(f"could not undo: {self._later[0].what}")
            self._later[0].at = 0.0
            heapq.heapify(self._later)
            self._undo(heapq.heappop(self._later))
            time.sleep(0.1)

    def stop_breaking(self) -> None:
        """Let nobody start anything any more."""
        self._ended.set()
        for server in self._starting.values():
            with suppress(Exception):
                server.result(STARTS_WITHIN)

    def end(self) -> None:
        """Have no more threads, once the servers have been stopped."""
        for pool in (self._servers, self._disk):
            pool.shutdown(cancel_futures=True)

    def start_again_what_ended(self) -> list[str]:
        """Start processes that ended by themselves; what they were, with their status."""
        found = []
        for state in self._ground.ended():
            found.append(f"{state.name} ended by itself with status {state.status}")
            self._ground.processes.start_again(state.name)
        return found

    def _undo(self, later: _Later) -> None:
        try:
            later.act()
        except NOT_NOW:
            self._after(AGAIN_AFTER, later.act, later.what)
            time.sleep(0.1)

    def _after(self, seconds: float, act: Act, what: str) -> None:
        at = time.monotonic() + seconds
        heapq.heappush(self._later, _Later(at, next(self._order), act, what))

    def _kill_service(self, planned: Planned) -> str:
        return self._kill(planned.pick(SERVICES), planned)

    def _kill_worker(self, planned: Planned) -> str:
        return self._kill(worker_name(planned.pick(self._ground.workers)), planned)

    def _kill(self, name: str, planned: Planned) -> str:
        if self._ground.process(name) is None:
            return ""
        self._ground.processes.kill(name)
        self.restarts[name] += 1
        self._ground.processes.start_again(name)
        return name

    def _kill_broker(self, planned: Planned) -> str:
        return self._restart("broker", self._ground.node)

    def _kill_database(self, planned: Planned) -> str:
        assert self._ground.postgres is not None, "planned only with a server"
        return self._restart("database", self._ground.postgres)

    def _restart(self, name: str, server: BrokerNode | Postgres) -> str:
        if self._starts(name):
            return ""

        def restart() -> None:
            server.kill()
            server.start(STARTS_WITHIN)

        self._starting[name] = self._servers.submit(restart)
        return "and started again"

    def _starts(self, server: str) -> bool:
        """Whether a server that was killed is not there again yet."""
        return server in self._starting and not self._starting[server].done()

    def _cut(self, planned: Planned) -> str:
        routes = [planned.pick(tuple(self._ground.wires.ports))]
        if planned.seconds > 6.5:  # now and then a whole server loses everybody
            routes = list(self._ground.wires.to(routes[0].partition(">")[2]))
        met = self._ground.wires.order("cut", routes)
        whom = routes[0] if len(routes) == 1 else "all to one server"
        return f"{whom}: {met} connections" if met else ""

    def _delay(self, planned: Planned) -> str:
        route = planned.pick(tuple(self._ground.wires.ports))
        self._ground.wires.order("delay", [route], planned.seconds / 16)
        undo = lambda: self._ground.wires.order("delay", [route], 0.0)  # noqa: E731
        self._after(planned.seconds, undo, f"delay of {route}")
        return f"{route} by {planned.seconds / 16:.2f} s for {planned.seconds:.1f} s"

    def _mute_broker(self, planned: Planned) -> str:
        return self._mute("broker", planned)

    def _mute_database(self, planned: Planned) -> str:
        return self._mute("database", planned)

    def _mute(self, server: str, planned: Planned) -> str:
        route = planned.pick(self._ground.wires.to(server))
        met = self._ground.wires.order("mute", [route], MUTE_SECONDS[server])
        return f"{route}: {met} connections" if met else ""

    def _fill_disk(self, planned: Planned) -> str:
        if self._blocked is not None and not self._blocked.done():
            return ""
        self._blocked = self._disk.submit(self._block, planned.seconds)
        return f"the broker blocks publishers for {planned.seconds:.1f} s"

    def _block(self, seconds: float) -> None:
        """Far from the others: rabbitmqctl takes seconds, and must be believed to have worked."""
        with suppress(*NOT_NOW):
            self._ground.limit_disk(ENDLESS)
            time.sleep(seconds)
        while not self._ended.is_set():
            with suppress(*NOT_NOW):
                self._ground.limit_disk(DISK_FREE_LIMIT)
                return
            time.sleep(AGAIN_AFTER)

    def _stop(self, planned: Planned) -> str:
        workers = map(worker_name, self._ground.workers)
        name = planned.pick((*SERVICES, *SERVICES, "broker", *workers))
        process = self._ground.process(name)
        if process is None or self._starts(name):
            return ""
        process.signal(signal.SIGSTOP)
        # Not in turn: what is done next may wait for the process that is stopped.
        threading.Timer(planned.seconds, process.signal, (signal.SIGCONT,)).start()
        return f"{name} for {planned.seconds:.1f} s"

    def _repeat(self, planned: Planned) -> str:
        again = self._strays.repeat(self._dice, 80)
        return f"{again} messages again" if again else ""

    def _reorder(self, planned: Planned) -> str:
        way = planned.pick(READERS)
        if self._diverted:
            return ""
        self._diverted = True
        self._after(planned.seconds / 2, lambda: self._give_back(way), f"order of {way}")
        self._strays.hold(way)
        return f"{way} held for {planned.seconds / 2:.1f} s, then shuffled"

    def _give_back(self, way: str) -> None:
        self._strays.give_back(way, self._dice)
        self._diverted = False
