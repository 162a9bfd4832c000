"""What is measured: each scenario runs some rounds and gives the figures of every round.

A round of ours stands beside a round of each peer, so that whatever else the machine does falls on
all alike. Every round of ours begins with new servers, as the peers' rounds do with empty ones.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Any

from deploy.bench.filling import fill
from deploy.bench.peers import COUNTS, Peers
from deploy.bench.run import Load, measured, warm_up
from deploy.bench.sdk import Office
from deploy.bench.site import Site
from deploy.bench.timers import Timers
from deploy.bench.wall import wall_at
from deploy.local.local_stack import Say

OURS = "onewindow"
LIGHT_RATE = 5.0
ANSWER_AT_LIGHT_LOAD = ("raw_buf_quorum_pg2", "dramatiq_p1t8", "nameko")

Rounds = dict[str, list[dict[str, Any]]]
"""The figures of each round, by who was measured."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much is measured; `share` of the usual number of cases for the peers."""

    rounds: int
    cases: int = 1_500
    light_seconds: float = 20.0
    stored: tuple[int, ...] = (1_000, 10_000, 100_000)
    clocks: int = 1_000_000
    due: int = 20_000
    alone: int = 20
    tasks: int = 10_000
    open_tasks: int = 10_000
    looks: int = 40
    applications: int = 5
    share: float = 1.0

    @classmethod
    def quick(cls, rounds: int) -> "Size":
        """Whether everything works; the figures mean little."""
        return cls(
            rounds=rounds,
            cases=80,
            light_seconds=4.0,
            stored=(500, 2_000),
            clocks=5_000,
            due=200,
            alone=4,
            tasks=400,
            open_tasks=400,
            looks=5,
            applications=1,
            share=0.2,
        )


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Where and how it is measured. `processes` is how many the eight workers share."""

    folder: Path
    size: Size
    say: Say
    peers: Peers | None = None
    processes: int = 2
    connections: int = 32

    def cases(self) -> dict[str, Rounds]:
        """Cases from the window to the decision: saturated, at light load, and as a stream."""
        found: dict[str, Rounds] = {"saturated": {}, "light": {}, "stream": {}}
        with self.peers.up(self.say) if self.peers else nullcontext():
            for number in range(1, self.size.rounds + 1):
                self.say(f"cases: round {number} of {self.size.rounds}")
                with self._site("cases") as site:
                    warm_up(site)
                    for kind, load in self._loads():
                        found[kind].setdefault(OURS, []).append(measured(site, load))
                for name in COUNTS if self.peers else ():
                    self._peer_round(name, found)
        return found

    def growth(self) -> dict[str, Rounds]:
        """The same with more and more cases stored; sizes take turns."""
        rounds: Rounds = {}
        folders = {count: self.folder / f"growth-{count}" for count in self.size.stored}
        for number in range(self.size.rounds):
            for count, folder in folders.items():
                with Site(folder, processes=self.processes, say=_quiet) as site:
                    warm_up(site)
                    if number == 0:
                        self.say(f"growth: storing {count:,} cases")
                        fill(site, count)
                    self.say(f"growth: round {number + 1} with {count:,} cases")
                    rounds.setdefault(f"{count:,} stored", []).append(measured(site, self._load))
        for folder in folders.values():
            rmtree(folder)
        return {"saturated": rounds}

    def timers(self) -> dict[str, Rounds]:
        """Open clocks, many due at one moment, and some due alone."""
        found: dict[str, Rounds] = {"together": {OURS: []}, "alone": {OURS: []}}
        with self._site("timers", processes=0) as site:
            timers = Timers(site=site)
            self.say(f"timers: storing {self.size.clocks:,} clocks")
            timers.fill(self.size.clocks)
            for number in range(1, self.size.rounds + 1):
                self.say(f"timers: round {number} of {self.size.rounds}")
                found["together"][OURS].append(timers.together(self.size.due))
                found["alone"][OURS].append(timers.alone(self.size.alone))
        return found

    def wall(self) -> dict[str, Rounds]:
        """The wall of supervision with many open tasks."""
        rounds: Rounds = {OURS: []}
        with self._site("wall", processes=0) as site:
            self.say(f"wall: storing {self.size.open_tasks:,} open tasks")
            with wall_at(site, self.size.open_tasks) as wall:
                for number in range(1, self.size.rounds + 1):
                    self.say(f"wall: round {number} of {self.size.rounds}")
                    figures = wall.round(self.size.looks, self.size.applications)
                    rounds[OURS].append(figures)
        return {"looks": rounds}

    def sdk(self) -> dict[str, Rounds]:
        """Tasks through one worker process."""
        rounds: Rounds = {OURS: []}
        with Office(self._emptied("sdk"), say=self.say) as office:
            for number in range(1, self.size.rounds + 1):
                self.say(f"sdk: round {number} of {self.size.rounds}")
                rounds[OURS].append(office.measured(self.size.tasks))
        return {"tasks": rounds}

    @property
    def _load(self) -> Load:
        return Load(name="saturated", count=self.size.cases, connections=self.connections)

    def _loads(self) -> Sequence[tuple[str, Load]]:
        seconds = self.size.light_seconds
        light = Load(name="light", count=int(LIGHT_RATE * seconds), rate=LIGHT_RATE, connections=8)
        stream = Load(name="stream", count=self.size.cases, stream=True)
        return (("saturated", self._load), ("light", light), ("stream", stream))

    def _peer_round(self, name: str, found: Mapping[str, Rounds]) -> None:
        assert self.peers is not None, "there are peers"
        self.say(f"cases: {name}")
        saturated = self.peers.saturated(name, self.size.share)
        found["saturated"].setdefault(name, []).append(saturated)
        if name in ANSWER_AT_LIGHT_LOAD:
            light = self.peers.light(name, LIGHT_RATE, self.size.light_seconds)
            found["light"].setdefault(name, []).append(light)

    @contextmanager
    def _site(self, name: str, *, processes: int | None = None) -> Iterator[Site]:
        folder = self._emptied(name)
        many = self.processes if processes is None else processes
        with Site(folder, processes=many, say=_quiet) as site:
            yield site
        rmtree(folder)

    def _emptied(self, name: str) -> Path:
        folder = self.folder / name
        rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o755, parents=True)
        return folder


SCENARIOS: Mapping[str, Callable[[Bench], dict[str, Rounds]]] = {
    "cases": Bench.cases,
    "growth": Bench.growth,
    "timers": Bench.timers,
    "sdk": Bench.sdk,
    "wall": Bench.wall,
}


def _quiet(_text: str) -> None:
    """What a stack says of each of its starts is not said."""
