"""One message for any number of alerts: their counts, the worst first, the first lines, a link."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.supervision.alerts import RUNGS
from services.supervision.ladder import RUNGS as LADDER

SHOWN = 20
"""A digest counts all of its alerts and shows the first so many."""
KEYWORD = "督办"
"""It stands in every message: a robot of a chat may be told to take only those with a keyword."""
WORST = ("unreached", *reversed(LADDER))
"""Rungs by weight; the others follow."""


@dataclass(frozen=True, kw_only=True)
class Digest:
    """What a person is told at once. `id` is the same whenever the same message is sent again."""

    id: str
    person: str
    title: str
    lines: tuple[str, ...]
    count: int
    counts: Mapping[str, int]
    alerts: tuple[Mapping[str, Any], ...]
    link: str = ""

    def text(self, most: int = 1 << 30) -> str:
        """The lines, the link and the id in words, in at most so many bytes of UTF-8."""
        end = [*([self.link] if self.link else []), f"# {self.id}"]
        shown = len(self.lines)
        while True:
            more = self.count - shown
            rest = [f"… +{more}"] if more else []
            text = "\n".join([*self.lines[:shown], *rest, *end])
            if shown == 0 or len(text.encode()) <= most:
                return text
            shown -= 1

    @property
    def plain(self) -> dict[str, Any]:
        """As a webhook gets it."""
        return {
            "id": self.id,
            "person": self.person,
            "title": self.title,
            "text": self.text(),
            "counts": dict(self.counts),
            "alerts": [dict(it) for it in self.alerts],
            "link": self.link,
        }


def digest_of(
    digest: str, person: str, alerts: Sequence[Mapping[str, Any]], link: str = ""
) -> Digest:
    """The message of alerts, each as its JSON says it. The worst come first, of each rung those
    that are due soonest."""
    ordered = sorted(alerts, key=_weight)
    counts = Counter(str(alert["rung"]) for alert in ordered)
    return Digest(
        id=digest,
        person=person,
        title=f"{KEYWORD}：{_title(ordered[0])}" if len(ordered) == 1 else _summary(counts),
        lines=tuple(f"{_title(it)} {it['case']}" for it in ordered[:SHOWN]),
        count=len(ordered),
        counts=dict(counts),
        alerts=tuple(ordered[:SHOWN]),
        link=link,
    )


def _weight(alert: Mapping[str, Any]) -> tuple[int, datetime, str]:
    rung = alert["rung"]
    place = WORST.index(rung) if rung in WORST else len(WORST)
    return (place, datetime.fromisoformat(alert["due_at"] or alert["at"]), alert["alert"])


def _title(alert: Mapping[str, Any]) -> str:
    return f"{alert['title']['zh']} / {alert['title']['en']}"


def _summary(counts: Mapping[str, int]) -> str:
    number = sum(counts.values())
    zh = "、".join(f"{RUNGS[rung].zh} {count}" for rung, count in counts.items())
    en = ", ".join(f"{RUNGS[rung].en} {count}" for rung, count in counts.items())
    return f"{KEYWORD} {number} 条：{zh} / {number} alerts: {en}"
