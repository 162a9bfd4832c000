"""The broker is killed in the middle of a journey; applications are taken in meanwhile."""

from typing import Any

from tests.journey.endstate import EndState, end_state
from tests.journey.journey import Journey
from tests.journey.stories import STORIES
from tests.journey.town import Town
from tests.waiting import eventually

FIRST = 4
"""How many applications are handed in before the broker is killed."""


def health(town: Town) -> tuple[int, dict[str, Any]]:
    answer = town.intake.ask("GET", "/health")
    return answer.status_code, answer.json()


def test_a_killed_broker_changes_no_outcome_and_closes_no_window(
    town: Town, calm_end: dict[str, EndState]
) -> None:
    early, late = Journey(town, STORIES[:FIRST]), Journey(town, STORIES[FIRST:])
    before = len(town.calls())
    early.hand_in()
    eventually(lambda: len(town.calls()) > before, "a department is at work")
    node = town.stack.node
    node.kill()
    failing = {"status": "failing", "parts": {"broker": False, "database": True}}
    eventually(
        lambda: health(town) == (503, failing),
        "intake says that the broker is away",
        state=lambda: health(town),
    )

    late.hand_in()
    assert {case.receipt["state"] for case in late.cases} == {"accepted"}
    for case in late.cases:
        assert town.intake.get(f"/cases/{case.code}")["state"] == "accepted"

    node.start()
    late.play()
    early.play()
    town.settle()
    assert health(town)[0] == 200
    assert {**end_state(early), **end_state(late)} == calm_end
    assert town.parked() == []
