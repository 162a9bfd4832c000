"""Two cases stand still while the lights are out over Mid-Autumn, for ten days."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest

from tests.journey.journey import Case, Journey
from tests.journey.stories import RETURNED, Story
from tests.journey.town import FRIDAY, Town
from tests.waiting import eventually

MONDAY = datetime.fromisoformat("2026-09-28T10:00:00+08:00")
"""Five working days later: Sunday 20, Monday 21 to Thursday 24 September."""

WAITING = replace(RETURNED, form={"building_area": 6_000})
LATE = Story(name="late", fate="withdrawn", script={"siting": "hold"})


@pytest.fixture
def monday_comes(town: Town) -> Iterator[Town]:
    """A town that is back at its Friday afterwards."""
    yield town
    town.it_is(FRIDAY)


def tracked(town: Town, case: Case) -> dict[str, str]:
    case.tracked = town.intake.get(f"/cases/{case.code}")
    return case.tasks


def test_days_of_waiting_do_not_count_and_days_of_lateness_are_alerted_once(
    monday_comes: Town,
) -> None:
    town = monday_comes
    journey = Journey(town, (WAITING, LATE))
    journey.hand_in()
    returned, late = journey.cases
    eventually(
        lambda: (
            tracked(town, returned).get("fire-safety") == "returned"
            and tracked(town, returned).get("planning-permit") == "completed"
            and tracked(town, late).get("siting") == "accepted"
        ),
        "one case waits for its applicant and one for its department",
        state=lambda: (returned.tasks, late.tasks),
    )
    eventually(
        lambda: town.clocks(returned.code)["promised", ""]["state"] == "stopped",
        "the promised clock stands still",
    )
    assert town.clocks(returned.code)["promised", ""]["due_at"] is None

    town.it_is(MONDAY)
    # The limit of siting was 5 working days: Thursday 24 September. Two working days after that
    # is Tuesday 29, so the red card has not come yet.
    eventually(
        lambda: len(town.alerts(late.code)) >= 2,
        "the late department is alerted",
        state=lambda: town.alerts(late.code),
    )
    assert [(it["rung"], it["task"], it["due_at"]) for it in town.alerts(late.code)] == [
        ("reminder", "siting", "2026-09-24T17:00:00+08:00"),
        ("yellow", "siting", "2026-09-24T17:00:00+08:00"),
    ]
    journey.withdraw(late)
    journey.play()
    assert returned.fate == WAITING.fate
    town.settle()
    # The working days from 20 to 24 September did not count: Thursday 5 November has become
    # Thursday 12 November, and Thursday 26 November has become Thursday 3 December.
    clocks = town.clocks(returned.code)
    assert clocks["promised", ""]["due_at"] == "2026-11-12T17:00:00+08:00"
    assert clocks["statutory", ""]["due_at"] == "2026-12-03T17:00:00+08:00"
    assert town.alerts(returned.code) == []
    assert len(town.alerts(late.code)) == 2
    assert all(town.trace(case.code)["verified"] for case in journey.cases)
