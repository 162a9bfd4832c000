"""One run of cases through the system, and what it came to."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deploy.bench.processes import Cores, cpu_seconds, memory
from deploy.bench.site import Site
from deploy.bench.window import Plan
from shared.errors import OneWindowError

LONGEST = 300.0
"""Seconds after which a run has failed."""

POLL = 0.25
WARM_UP = 50

DECIDED = """
SELECT code, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8
FROM routing.cases WHERE code = ANY(%s) AND state = 'decided'
"""
SETTLED = """
SELECT count(*), max(at) FROM (
    SELECT extract(epoch FROM pg_xact_commit_timestamp(t.xmin))::float8 AS at
    FROM intake.tracks t WHERE t.case_code = ANY(%(codes)s) AND t.state = 'decided'
    UNION ALL
    SELECT extract(epoch FROM pg_xact_commit_timestamp(c.xmin))::float8
    FROM supervision.cases c WHERE c.code = ANY(%(codes)s) AND c.closed_at IS NOT NULL
) both_services
"""
"""Intake can tell the applicant, and supervision has ended the clocks and closed the trace."""


class TooSlow(OneWindowError):
    """Not every case that was handed in was decided in time."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """`count` cases at `rate` a second, or as fast as they are accepted (0); `stream` puts them
    into the case stream instead of handing them in at the window."""

    name: str
    count: int
    rate: float = 0.0
    connections: int = 16
    stream: bool = False


def warm_up(site: Site) -> None:
    """Let everything be loaded, connected and compiled before it is measured."""
    _until_items_are_there(site)
    measured(site, Load(name="warm-up", count=WARM_UP))


def measured(site: Site, load: Load) -> dict[str, Any]:
    """Hand cases in and wait until all is done; the figures, by name. Raises TooSlow."""
    before, machine = _cpu(site), Cores.now()
    answered = handed_in(site, load)
    sent = {code: at for code, at, _ in answered["cases"]}
    decided = _until_decided(site, list(sent))
    settled = _until_settled(site, list(sent))
    after = {name: seconds - before[name] for name, seconds in _cpu(site).items()}
    cores = Cores.now()
    seconds = max(decided.values()) - answered["begun"]
    latencies = [1000 * (decided[code] - sent[code]) for code in sent]
    answers = [1000 * (end - at) for _, at, end in answered["cases"]]
    return {
        "cases": load.count,
        "cases_per_second": load.count / seconds,
        "settled_cases_per_second": load.count / (settled - answered["begun"]),
        "handed_in_per_second": load.count / (answered["ended"] - answered["begun"]),
        **{f"decided_p{it}_ms": quantile(latencies, it / 100) for it in (50, 95, 99)},
        **{f"answered_p{it}_ms": quantile(answers, it / 100) for it in (50, 95)},
        "cpu_ms_per_case": {name: 1000 * it / load.count for name, it in after.items()},
        "machine_busy_ms_per_case": 1000 * (cores.busy - machine.busy) / load.count,
        "stolen_percent": cores.stolen_percent(machine),
        "memory_mib": {name: _held(pid) for name, pid in site.parts.items()},
    }


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _held(pid: int) -> dict[str, float]:
    return {name: round(value, 1) for name, value in vars(memory(pid)).items()}


def _cpu(site: Site) -> dict[str, float]:
    return {name: cpu_seconds(pid) for name, pid in site.parts.items()}


def handed_in(site: Site, load: Load) -> Mapping[str, Any]:
    """What became of the applications when they were handed in; see `window`."""
    plan = Plan(
        url=site.stack.amqp_uri("intake") if load.stream else site.stack.address("intake"),
        name=f"{load.name}-{time.time_ns()}",
        count=load.count,
        rate=load.rate,
        connections=load.connections,
    )
    program = ["deploy.bench.window", plan.text()]
    if load.stream:
        unused = site.ask("SELECT count(*) FROM routing.cases")[0][0]
        program = ["deploy.bench.stream", plan.text(), str(unused)]
    done = subprocess.run(
        [sys.executable, "-P", "-m", *program],
        env=site.environment,
        stdout=subprocess.PIPE,
        check=True,
    )
    answers: dict[str, Any] = json.loads(done.stdout)
    return answers


def _until_items_are_there(site: Site) -> None:
    until(lambda: bool(site.ask("SELECT 1 FROM intake.items")), "No service item was published")


def _until_decided(site: Site, codes: Sequence[str]) -> dict[str, float]:
    """When each decision was recorded, in epoch seconds."""
    decided: dict[str, float] = {}
    waiting = set(codes)

    def look() -> bool:
        decided.update(site.ask(DECIDED, (list(waiting),)))
        waiting.difference_update(decided)
        return not waiting

    until(look, "Not every case was decided")
    return decided


def _until_settled(site: Site, codes: Sequence[str]) -> float:
    """When the last service had taken in the last case's end, in epoch seconds."""
    found: list[Any] = []

    def look() -> bool:
        found[:] = site.ask(SETTLED, {"codes": list(codes)})
        return bool(found[0][0] == 2 * len(codes))

    until(look, "Not every service heard of every decision")
    return float(found[0][1])


def until(look: Callable[[], bool], otherwise: str, *, pause: float = POLL) -> None:
    """Wait until `look()`; raises TooSlow with what is not so otherwise."""
    deadline = time.monotonic() + LONGEST
    while not look():
        if time.monotonic() > deadline:
            raise TooSlow(f"{otherwise} within {LONGEST:g} s.")
        time.sleep(pause)
