"""The counts of a worker in Prometheus' text format, version 0.0.4.

https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import accumulate

from onewindow_worker.counts import BOUNDS, Counts

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def text_of(counts: Counts, department: str) -> str:
    """All metrics, each with its help and type; every sample bears the department."""
    page = _Page(department)
    page.family("received_total", "counter", "Messages that the broker delivered, by type.")
    page.samples("received_total", "type", counts.received)
    page.one(
        "redelivered_total", "Messages that the broker had delivered before.", counts.redelivered
    )
    page.family("handled_total", "counter", "Tasks whose handler has ended well, by outcome.")
    page.samples("handled_total", "outcome", counts.handled)
    page.one("failed_total", "Calls of a handler that raised.", counts.failed)
    page.one("parked_total", "Messages set aside for a person.", counts.parked)
    page.one("notes_total", "Progress notes written down.", counts.noted)
    page.one("results_sent_total", "Results and notes that the broker has confirmed.", counts.sent)
    page.one("reconnects_total", "Connections to the broker after the first.", counts.reconnects)
    page.one("connected", "Whether the broker is connected.", int(counts.connected), "gauge")
    page.one("journal_backlog", "Results that the broker has not taken.", counts.backlog, "gauge")
    page.family("open_assignments", "gauge", "Assignments that are not closed, by standing.")
    page.samples("open_assignments", "standing", counts.standings)
    page.histogram("handler_seconds", "Seconds that a call of a handler took.", counts)
    return "\n".join(page.lines) + "\n"


class _Page:
    def __init__(self, department: str) -> None:
        self._department = department
        self.lines: list[str] = []

    def family(self, name: str, kind: str, meaning: str) -> None:
        self.lines.append(f"# HELP onewindow_worker_{name} {meaning}")
        self.lines.append(f"# TYPE onewindow_worker_{name} {kind}")

    def one(self, name: str, meaning: str, value: int, kind: str = "counter") -> None:
        self.family(name, kind, meaning)
        self._sample(name, value)

    def samples(self, name: str, label: str, values: Mapping[str, int]) -> None:
        # a copy in one step: the worker goes on counting meanwhile
        for key, value in dict(values).items():
            self._sample(name, value, (label, key))

    def histogram(self, name: str, meaning: str, counts: Counts) -> None:
        self.family(name, "histogram", meaning)
        upto = list(accumulate(counts.seconds))
        for bound, value in zip((*map(_number, BOUNDS), "+Inf"), upto):
            self._sample(f"{name}_bucket", value, ("le", bound))
        self._sample(f"{name}_sum", counts.seconds_sum)
        self._sample(f"{name}_count", upto[-1])

    def _sample(self, name: str, value: float, *labels: tuple[str, str]) -> None:
        told = ",".join(f'{key}="{text}"' for key, text in self._labels(labels))
        self.lines.append(f"onewindow_worker_{name}{{{told}}} {_number(value)}")

    def _labels(self, labels: tuple[tuple[str, str], ...]) -> Iterator[tuple[str, str]]:
        yield "department", self._department
        yield from labels


def _number(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
