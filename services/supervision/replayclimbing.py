"""The alerts of a replay in which nobody ever acknowledged one: the next rung follows. Pure.

As in `acting`: each rung of a clock fires once, whichever way it is reached first, and none once
the case has ended.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import groupby

from services.supervision.ladder import RUNGS
from services.supervision.replay import Alert

Following = Callable[[Alert], tuple[datetime, str] | None]
"""When which rung follows an alert that nobody acknowledges; None where none does."""


def unacknowledged(
    alerts: Iterable[Alert],
    following: Following,
    until: datetime,
) -> list[Alert]:
    """The alerts, and those that follow because nobody acknowledged them, up to `until`."""
    ordered = sorted(alerts, key=_clock)
    climbed = (
        _climbed(list(own), following, until) for _clock, own in groupby(ordered, key=_clock)
    )
    return sorted(
        (it for own in climbed for it in own), key=lambda it: (it.at, it.case, RUNGS.index(it.rung))
    )


def _clock(alert: Alert) -> tuple[str, datetime]:
    return alert.case, alert.due_at


def _climbed(own: list[Alert], following: Following, until: datetime) -> Iterator[Alert]:
    """The alerts of one clock in the order of time."""
    coming = [(it.at, RUNGS.index(it.rung)) for it in own]
    heapq.heapify(coming)
    fired: set[int] = set()
    while coming:
        at, place = heapq.heappop(coming)
        if place in fired:
            continue
        fired.add(place)
        alert = replace(own[0], at=at, rung=RUNGS[place])
        yield alert
        after = following(alert)
        if after and after[0] < (alert.ended or until):
            heapq.heappush(coming, (after[0], RUNGS.index(after[1])))
