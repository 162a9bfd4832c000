"""One million open clocks, and twenty thousand of them due at the same moment.

The clocks are copies of those of cases whose departments do not answer. What is due is moved to a
moment some seconds ahead while the service runs, as if it had been due then all along.
"""

import time
from dataclasses import dataclass
from typing import Any

from deploy.bench.filling import CASES, CLOCKS, MODELS, copy, tidy
from deploy.bench.processes import cpu_seconds, memory, peak
from deploy.bench.run import Load, handed_in, quantile, until
from deploy.bench.site import Site

MODEL_CASES = 50
AHEAD = 5.0
"""Seconds between setting clocks to a moment and the moment."""

APART = 0.5
"""Seconds between two alerts that are due alone."""

SPREAD = """
UPDATE supervision.clocks SET due_at = given.at, next_at = given.at, rungs = given.rungs
FROM (
    SELECT id, at, format(
        '[["yellow","at due",%%s],["red","2 working days after due",%%s]]',
        to_json(at), to_json(at + interval '2 days')
    ) AS rungs
    FROM (
        SELECT id, to_timestamp(%(first)s
            + (row_number() OVER (ORDER BY id) - 1 - %(skipped)s) * %(apart)s) AS at
        FROM supervision.clocks
        WHERE ended_at IS NULL AND kind = 'handling'
        ORDER BY id LIMIT %(count)s OFFSET %(skipped)s
    ) chosen
) given
WHERE clocks.id = given.id
"""
RECORDED = """
SELECT extract(epoch FROM pg_xact_commit_timestamp(a.xmin) - c.due_at)::float8
FROM supervision.alerts a JOIN supervision.clocks c ON a.id = c.id || '/yellow'
WHERE c.due_at BETWEEN to_timestamp(%(first)s - 0.001) AND to_timestamp(%(last)s + 0.001)
"""


@dataclass(kw_only=True)
class Timers:
    """A site with many open clocks. `used` are those that were due already."""

    site: Site
    used: int = 0
    empty_mib: float = 0.0

    def fill(self, clocks: int) -> None:
        """Have about so many open clocks; their moments are weeks away."""
        pid = self.site.parts["supervision"]
        _cases_without_answers(self.site)
        self.empty_mib = memory(pid).pss
        here = self.site.ask("SELECT count(*) FROM supervision.clocks")[0][0]
        self.site.ask(MODELS)
        for table in (CASES, CLOCKS):
            copy(self.site, table, models=MODEL_CASES, copies=round(clocks / here) - 1)
        tidy(self.site)

    def together(self, count: int) -> dict[str, Any]:
        """So many clocks due at one moment: until when every alert is recorded."""
        pid = self.site.parts["supervision"]
        before = cpu_seconds(pid)
        delays = self._due(count, apart=0.0)
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
        delays = [1000 * it for it in self._due(count, apart=APART)]
        return {
            "due": count,
            "delay_p50_ms": quantile(delays, 0.5),
            "delay_max_ms": max(delays),
        }

    def _due(self, count: int, *, apart: float) -> list[float]:
        first = time.time() + AHEAD + count / 5_000
        last = first + (count - 1) * apart
        values = {"first": first, "apart": apart, "count": count, "skipped": self.used}
        self.site.ask(SPREAD, values)
        self.used += count
        moments = {"first": first, "last": last}

        def recorded() -> bool:
            return time.time() > last and len(self.site.ask(RECORDED, moments)) == count

        until(recorded, "Not every alert was recorded", pause=1.0)
        return [row[0] for row in self.site.ask(RECORDED, moments)]


def _cases_without_answers(site: Site) -> None:
    until(lambda: bool(site.ask("SELECT 1 FROM intake.items")), "No service item was published")
    handed_in(site, Load(name="models", count=MODEL_CASES))
    known = "SELECT count(*) FROM supervision.cases"
    until(lambda: bool(site.ask(known)[0][0] == MODEL_CASES), "Supervision heard not of every case")
