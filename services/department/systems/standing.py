"""How it stands with the ways to departments' systems: for the department, an operator, metrics."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from services.department.systems import records, store
from services.department.systems.connections import Connection, Connections
from services.department.systems.line import State
from services.department.systems.news import News
from services.department.systems.records import Problem

SHOWN = 100
STATES: tuple[State, ...] = ("closed", "half-open", "open")


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One department's."""

    department: str
    way: str
    line: State
    failures: int
    error: str
    next_at: datetime | None
    answered_at: datetime | None
    waiting: int
    waiting_since: datetime | None
    in_vain: list[News]
    problems: list[Problem]


def standing(tx: sa.Connection, connection: Connection, now: datetime) -> Standing:
    """How it stands with one department's system; `now` is real time."""
    department = connection.department
    line = store.line(tx, department)
    count, since = store.waiting(tx, department)
    return Standing(
        department=department,
        way=type(connection.way).__name__.lower(),
        line=line.state(now),
        failures=line.failures,
        error=line.error,
        next_at=line.next_at,
        answered_at=line.answered_at,
        waiting=count,
        waiting_since=since,
        in_vain=store.in_vain(tx, department, SHOWN),
        problems=records.problems_of(tx, department),
    )


def metrics(
    tx: sa.Connection, connections: Connections, now: datetime, *, wrong: bool = False
) -> bytes:
    """All of it in the text format of Prometheus; `wrong`: the file of now is not in force."""
    registry = CollectorRegistry()
    registry.register(_Metrics([standing(tx, it, now) for it in connections.values()], now, wrong))
    text: bytes = generate_latest(registry)
    return text


class _Metrics(Collector):
    def __init__(self, found: list[Standing], now: datetime, wrong: bool) -> None:
        self._found = found
        self._wrong = wrong
        self._now = now

    def collect(self) -> Iterator[GaugeMetricFamily]:
        line = _gauge("line", "1 for the state in which the line is", "state")
        failures = _gauge("line_failures", "Failures in a row")
        waiting = _gauge("waiting", "News that the system has still to be told")
        oldest = _gauge("waiting_seconds", "How long the oldest of it has waited")
        problems = _gauge("result_problems", "Results that broke a rule, with no sender waiting")
        for it in self._found:
            for state in STATES:
                line.add_metric([it.department, state], float(it.line == state))
            since = it.waiting_since or self._now
            failures.add_metric([it.department], it.failures)
            waiting.add_metric([it.department], it.waiting)
            oldest.add_metric([it.department], (self._now - since).total_seconds())
            problems.add_metric([it.department], len(it.problems))
        yield GaugeMetricFamily(
            "onewindow_system_connections_wrong",
            "1 while connections.yaml is wrong and an earlier one is in force",
            value=float(self._wrong),
        )
        yield from (line, failures, waiting, oldest, problems)


def _gauge(name: str, text: str, *more: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"onewindow_system_{name}", text, labels=["department", *more])
