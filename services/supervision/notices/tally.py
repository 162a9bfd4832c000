"""Figures of notices, in the text format of Prometheus."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from services.supervision.notices.notice import NotTaken
from services.supervision.notices.store import Backlog
from shared.messages import AlertRaised

NO_CHANNEL = "none"


class Tally:
    """What this process has told, counted since it began."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._told = self._counter("told", "Alerts that a person was told of", ["channel"])
        self._failed = self._counter("failed", "Alerts that a channel did not take", ["channel"])
        self._messages = self._counter("messages", "Messages that were taken", ["channel"])
        self._unreached = self._counter("unreached", "Alerts that reached none of their people")
        self._given_up = self._counter("given_up", "... with nobody left who could be told so")

    def called(self, channel: str, alerts: int, error: NotTaken | None) -> None:
        """A channel was called about so many alerts."""
        name = channel or NO_CHANNEL
        if error:
            self._failed.labels(name).inc(alerts)
        else:
            self._told.labels(name).inc(alerts)
            self._messages.labels(name).inc()

    def unreached(self, raised: Sequence[AlertRaised]) -> None:
        """Alerts about alerts that reached nobody were raised."""
        self._unreached.inc(len(raised))
        self._given_up.inc(sum(not it.addressees for it in raised))

    def _counter(self, name: str, text: str, labels: Sequence[str] = ()) -> Counter:
        return Counter(f"onewindow_notices_{name}", text, labels, registry=self.registry)


def metrics(tally: Tally, backlog: Backlog, now: datetime) -> bytes:
    """The counts of this process, and what waits at `now` for all of them."""
    waiting = CollectorRegistry()
    waiting.register(_Waiting(backlog, now))
    return bytes(generate_latest(tally.registry)) + bytes(generate_latest(waiting))


class _Waiting(Collector):
    def __init__(self, backlog: Backlog, now: datetime) -> None:
        self._backlog = backlog
        self._now = now

    def collect(self) -> Iterator[GaugeMetricFamily]:
        found, since = self._backlog, self._backlog.since or self._now
        figures = {
            "waiting": ("Notices whose moment has come", found.waiting),
            "waiting_seconds": (
                "How long ago the moment of the first of them was",
                (self._now - since).total_seconds(),
            ),
            "later": ("Notices that wait for their next attempt, or for the morning", found.later),
        }
        for name, (text, value) in figures.items():
            yield GaugeMetricFamily(f"onewindow_notices_{name}", text, value=float(value))
