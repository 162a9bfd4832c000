"""One department is away: its queue grows and its alerts fire, and the others work as quickly."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from tests.journey.journey import Case, Journey
from tests.journey.operator import Operator
from tests.journey.stories import Story
from tests.journey.town import FRIDAY, Town, worker_of
from tests.waiting import eventually

AWAY, TASK = "ecology", "environmental-impact"
THURSDAY = datetime.fromisoformat("2026-09-24T10:00:00+08:00")
"""Four working days later: Sunday 20, Monday 21 to Wednesday 23 September."""

NEEDS_IT = Story(
    name=f"needs-{AWAY}",
    fate="approved",
    form={"pollution_class": "report_form"},
    materials=("environmental-report",),
)
NEEDS_IT_NOT = Story(name="needs-others", fate="approved")
CASES = 12
STORIES = tuple(
    replace(story, name=f"{story.name}-{number}")
    for number in range(CASES)
    for story in (NEEDS_IT, NEEDS_IT_NOT)
)


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How quickly cases were decided that do not need the department, in seconds: half of them
    within `usual` of their opening, and all within `whole` of the first one's."""

    usual: float
    whole: float


@pytest.fixture
def ecology_away(town: Town) -> Iterator[Town]:
    """A town that is back at its Friday afterwards, with everybody at work."""
    yield town
    town.it_is(FRIDAY)


def span(town: Town, code: str) -> tuple[datetime, datetime]:
    """When a case was opened and when it was decided, as its trace has it."""

    def decided() -> list[dict[str, Any]]:
        entries = town.trace(code)["entries"]
        steps = [it["message"] for it in entries if it["type"] == "case.progressed"]
        return steps if steps and steps[-1]["state"] == "decided" else []

    steps = eventually(decided, f"{code} is decided in its trace")
    first, last = (datetime.fromisoformat(steps[it]["at"]) for it in (0, -1))
    return first, last


def needing(journey: Journey) -> list[Case]:
    """The cases that need the department."""
    return [it for it in journey.cases if it.story.materials]


def pace(town: Town, journey: Journey) -> Pace:
    """Wait until every case is decided that does not need the department."""
    free = [it.code for it in journey.cases if it not in needing(journey)]
    marks = ", ".join("?" for _ in free)
    waiting = f"SELECT code FROM cases WHERE state <> 'decided' AND code IN ({marks})"
    left = lambda: town.query("routing", waiting, *free)  # noqa: E731
    eventually(lambda: not left(), "the others are decided", state=left)
    spans = [span(town, code) for code in free]
    first, last = min(begin for begin, _ in spans), max(end for _, end in spans)
    return Pace(
        usual=median((end - begin).total_seconds() for begin, end in spans),
        whole=(last - first).total_seconds(),
    )


def test_the_outage_of_a_department_holds_up_nobody_else(
    ecology_away: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town, services = ecology_away, ecology_away.stack.services
    operator = Operator(town, tmp_path / "home", monkeypatch)
    all_at_work = Journey(town, STORIES)
    all_at_work.hand_in()
    before = pace(town, all_at_work)
    all_at_work.play()

    services.kill(worker_of(AWAY))
    journey = Journey(town, STORIES)
    journey.hand_in()
    during = pace(town, journey)
    print(f"everybody at work: {before}; {AWAY} away: {during}")
    assert during.usual < 2 * before.usual + 1
    assert during.whole < 2 * before.whole + 5

    eventually(lambda: operator.listed(AWAY)["waiting"] == CASES, f"{CASES} tasks wait for it")
    assert operator.listed(AWAY)["consumers"] == 0
    others = {name: it for name, it in operator.everybody().items() if name != AWAY}
    assert {it["waiting"] for it in others.values() if it["consumers"]} == {0}

    waiting = needing(journey)
    town.it_is(THURSDAY)
    eventually(
        lambda: all(town.alerts(it.code) for it in waiting),
        "the silence about every one of its tasks is alerted",
        state=lambda: [len(town.alerts(it.code)) for it in waiting],
    )
    alerts = [alert for it in journey.cases for alert in town.alerts(it.code)]
    assert {(it["department"], it["task"]) for it in alerts} == {(AWAY, TASK)}
    services.start_again(worker_of(AWAY))
    journey.play()
    assert {it.fate for it in journey.cases} == {"approved"}
    assert (operator.listed(AWAY)["waiting"], operator.listed(AWAY)["consumers"]) == (0, 1)
