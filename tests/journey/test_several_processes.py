"""Two processes of every service on PostgreSQL: the same outcomes, also when one is killed."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from deploy.local.services import SERVICES, StackSettings
from tests.fixtures.folders import open_folder
from tests.fixtures.postgres import install_postgresql
from tests.journey.endstate import EndState, end_state
from tests.journey.journey import Journey, receipt_of
from tests.journey.stories import STORIES
from tests.journey.test_clocks_over_days import LATE, MONDAY
from tests.journey.town import FRIDAY, Town, effects, running_town
from tests.waiting import eventually

BEFORE_IT_DIES = 12
"""Departments are called some forty times in this journey."""

CASES_THAT_ARE_LATE = 12


@pytest.fixture(scope="module")
def town_of_two(without_a_broker_of_others: None) -> Iterator[Town]:
    """A stack with two processes of every service, and servers of its own."""
    install_postgresql()
    settings = StackSettings(database="postgres", processes=dict.fromkeys(SERVICES, 2))
    with open_folder("onewindow-town-") as folder, running_town(folder, settings) as town:
        yield town


def assert_whole(journey: Journey) -> None:
    """Nothing is lost, nothing done twice, and each case is told in order without a gap."""
    town, codes = journey.town, {case.code for case in journey.cases}
    assert len(codes) == len(journey.cases)
    for code in codes:
        trace = town.trace(code)
        assert (trace["verified"], trace["findings"]) == (True, [])
        said = [it["message"] for it in trace["entries"] if it["type"] == "case.progressed"]
        assert [it["number"] for it in said] == [*range(1, len(said) + 1)]
    counted = effects([call for call in town.calls() if call.case in codes])
    assert set(counted.values()) == {1}
    assert town.parked() == []


def test_two_processes_of_every_service_bring_every_case_to_the_same_end(
    town_of_two: Town, calm_end: dict[str, EndState]
) -> None:
    town = town_of_two
    assert len(town.stack.addresses("routing")) == 2
    journey = Journey(town, STORIES)
    with journey.handing_in():
        journey.play()
    town.settle()
    assert end_state(journey) == calm_end
    assert_whole(journey)


@pytest.mark.parametrize("service", SERVICES)
def test_one_of_two_processes_is_killed_and_the_other_takes_over(
    town_of_two: Town, calm_end: dict[str, EndState], service: str
) -> None:
    town, victim = town_of_two, f"{service}-1"
    before, alive = len(town.calls()), True

    def kill() -> None:
        nonlocal alive
        if alive and len(town.calls()) - before >= BEFORE_IT_DIES:
            town.stack.services.kill(victim)
            alive = False

    journey = Journey(town, STORIES)
    with journey.handing_in():
        journey.play(kill)
    assert not alive
    town.stack.services.start_again(victim)
    town.settle()
    assert end_state(journey) == calm_end
    assert_whole(journey)
    for case in journey.cases:
        assert receipt_of(town.intake, case) == case.receipt


@pytest.fixture
def monday_comes(town_of_two: Town) -> Iterator[Town]:
    """A town that is back at its Friday afterwards."""
    yield town_of_two
    town_of_two.it_is(FRIDAY)


def test_every_rung_fires_once_although_two_processes_watch_the_clocks(monday_comes: Town) -> None:
    town = monday_comes
    late = [replace(LATE, name=f"late-{number}") for number in range(CASES_THAT_ARE_LATE)]
    journey = Journey(town, late)
    journey.hand_in()

    def taken_up() -> bool:
        for case in journey.cases:
            case.tracked = town.intake.get(f"/cases/{case.code}")
        return all(case.tasks.get("siting") == "accepted" for case in journey.cases)

    eventually(taken_up, "every case waits for its department")
    town.it_is(MONDAY)
    for case in journey.cases:
        eventually(lambda case=case: len(town.alerts(case.code)) >= 2, "late cases are alerted")
        journey.withdraw(case)
    journey.play()
    town.settle()
    for case in journey.cases:
        assert [it["rung"] for it in town.alerts(case.code)] == ["reminder", "yellow"]
    assert_whole(journey)
    codes = {case.code for case in journey.cases}
    written = (town.stack.data / "alerts.jsonl").read_text().splitlines()
    alerts = Counter(it["alert"] for it in map(json.loads, written) if it["case"] in codes)
    assert set(alerts.values()) == {1}
    assert len(alerts) == 2 * CASES_THAT_ARE_LATE
