"""One million open clocks, and twenty thousand of them due at the same moment.

The clocks are copies of those of cases whose departments do not answer. What is due is moved to a
moment some seconds ahead while the service runs, as if it had been due then all along.
"""

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from deploy.bench.filling import CASES, MODELS, copy, tidy
from deploy.bench.processes import cpu_seconds, memory, peak
from deploy.bench.run import Load, handed_in, quantile, until
from deploy.bench.site import Site
from services.supervision.packing import DUE, ENDED, KIND, LADDER, NEXT

MODEL_CASES = 50
PARALLEL = 8
"""Tasks of a case, which are handed out together and so are due together."""
AHEAD = 5.0
"""Seconds between setting clocks to a moment and the moment."""

APART = 0.5
"""Seconds between two alerts that are due alone."""

CHOSEN = """
SELECT code, clocks FROM supervision.cases WHERE next_at IS NOT NULL
ORDER BY code LIMIT %(cases)s OFFSET %(skipped)s
"""
MOVED = """
UPDATE supervision.cases SET clocks = given.clocks, next_at = to_timestamp(given.at)
FROM (VALUES %s) given (code, clocks, at) WHERE cases.code = given.code
"""
RECORDED = """
SELECT extract(epoch FROM pg_xact_commit_timestamp(xmin) - due_at)::float8
FROM (SELECT xmin, (body::json ->> 'due_at')::timestamptz AS due_at
      FROM supervision.alerts WHERE rung = 'yellow') told
WHERE due_at BETWEEN to_timestamp(%(first)s - 0.001) AND to_timestamp(%(last)s + 0.001)
"""


@dataclass(kw_only=True)
class Timers:
    """A site with many open clocks. `used` are the cases of which some were due already."""

    site: Site
    used: int = 0
    empty_mib: float = 0.0

    def fill(self, clocks: int) -> None:
        """Have about so many open clocks; their moments are weeks away."""
        pid = self.site.parts["supervision"]
        _cases_without_answers(self.site)
        self.empty_mib = memory(pid).pss
        rows = self.site.ask("SELECT clocks FROM supervision.cases")
        here = sum(len(json.loads(text)["clocks"]) for (text,) in rows)
        self.site.ask(MODELS)
        copy(self.site, CASES, models=MODEL_CASES, copies=round(clocks / here) - 1)
        tidy(self.site)

    def together(self, count: int) -> dict[str, Any]:
        """So many clocks due at one moment: until when every alert is recorded."""
        pid = self.site.parts["supervision"]
        before = cpu_seconds(pid)
        delays = self._due(count, of_each=PARALLEL, apart=0.0)
        return {
            "due": count,
            "seconds_until_all_recorded": max(delays),
            "seconds_until_half_recorded": quantile(delays, 0.5),
            "supervision_cpu_seconds": cpu_seconds(pid) - before,
            "memory_mib": memory(pid).pss,
            "peak_memory_mib": peak(pid),
            "memory_of_clocks_mib": memory(pid).pss - self.empty_mib,
        }

    def alone(self, count: int) -> dict[str, Any]:
        """Clocks due one after another: how late each alert is."""
        delays = [1000 * it for it in self._due(count, of_each=1, apart=APART)]
        return {
            "due": count,
            "delay_p50_ms": quantile(delays, 0.5),
            "delay_max_ms": max(delays),
        }

    def _due(self, count: int, *, of_each: int, apart: float) -> list[float]:
        """The delays of the alerts of `count` clocks, so many of each case, due `apart` seconds."""
        cases, count = count // of_each, count - count % of_each
        first = time.time() + AHEAD + count / 5_000
        last = first + (cases - 1) * apart
        chosen = self.site.ask(CHOSEN, {"cases": cases, "skipped": self.used})
        self.used += cases
        moments = [first + number * apart for number in range(cases)]
        self.site.write(
            MOVED,
            [
                (code, due_at(text, at, of_each), at)
                for (code, text), at in zip(chosen, moments, strict=True)
            ],
        )
        between = {"first": first, "last": last}

        def recorded() -> bool:
            return time.time() > last and len(self.site.ask(RECORDED, between)) == count

        until(recorded, "Not every alert was recorded", pause=1.0)
        return [row[0] for row in self.site.ask(RECORDED, between)]


def due_at(text: str, moment: float, count: int) -> str:
    """The clocks of a case with so many of the handling clocks due at a moment, with a yellow card
    then and a red one two days later."""
    plain = json.loads(text)
    at = datetime.fromtimestamp(moment, UTC)
    later = at + timedelta(days=2)
    ladder = [["yellow", "at due", at], ["red", "2 working days after due", later]]
    plain["ladders"].append(json.dumps(ladder, default=datetime.isoformat))
    running = [it for it in plain["clocks"] if it[KIND] == "handling" and it[ENDED] is None]
    for line in running[:count]:
        line[DUE] = line[NEXT] = at.isoformat(timespec="microseconds")
        line[LADDER] = len(plain["ladders"]) - 1
    return json.dumps(plain, ensure_ascii=False)


def _cases_without_answers(site: Site) -> None:
    until(lambda: bool(site.ask("SELECT 1 FROM intake.items")), "No service item was published")
    handed_in(site, Load(name="models", count=MODEL_CASES))
    known = "SELECT count(*) FROM supervision.cases"
    until(lambda: bool(site.ask(known)[0][0] == MODEL_CASES), "Supervision heard not of every case")
