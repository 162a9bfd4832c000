"""The same journey on PostgreSQL: the same end, also when the database server dies on the way."""

from collections.abc import Iterator

import pytest

from deploy.local.services import StackSettings
from tests.fixtures.folders import open_folder
from tests.fixtures.postgres import install_postgresql
from tests.journey.endstate import EndState, end_state
from tests.journey.journey import Journey
from tests.journey.stories import STORIES
from tests.journey.town import Town, effects, running_town

BEFORE_IT_DIES = 8
"""Departments are called some forty times in this journey."""


@pytest.fixture(scope="module")
def town_on_postgresql(without_a_broker_of_others: None) -> Iterator[Town]:
    """A stack with a broker and a database server of its own."""
    install_postgresql()
    settings = StackSettings(database="postgres")
    with open_folder("onewindow-town-") as folder, running_town(folder, settings) as town:
        yield town


def test_the_journey_ends_on_postgresql_as_it_does_on_sqlite(
    town_on_postgresql: Town, calm_end: dict[str, EndState]
) -> None:
    town = town_on_postgresql
    journey = Journey(town, STORIES)
    with journey.handing_in():
        journey.play()
    town.settle()
    assert end_state(journey) == calm_end
    assert all(town.trace(case.code)["verified"] for case in journey.cases)
    assert town.parked() == []


def test_a_database_server_that_is_killed_on_the_way_changes_no_outcome(
    town_on_postgresql: Town, calm_end: dict[str, EndState]
) -> None:
    town = town_on_postgresql
    server, before = town.stack.postgres, len(town.calls())
    dies = iter((server.kill, server.restart))  # the second time in good order

    def die() -> None:
        nonlocal before
        if len(town.calls()) - before >= BEFORE_IT_DIES and (end := next(dies, None)):
            end()
            server.start()
            before = len(town.calls())

    journey = Journey(town, STORIES)
    with journey.handing_in():
        journey.play(die)
    assert next(dies, None) is None
    town.settle()
    assert end_state(journey) == calm_end
    assert all(town.trace(case.code)["verified"] for case in journey.cases)
    assert town.parked() == []
    codes = {case.code for case in journey.cases}
    counted = effects([call for call in town.calls() if call.case in codes])
    assert set(counted.values()) == {1}


def test_connections_that_died_while_nobody_used_them_lose_nothing(
    town_on_postgresql: Town, calm_end: dict[str, EndState]
) -> None:
    town = town_on_postgresql
    town.stack.postgres.restart()
    journey = Journey(town, STORIES[:1])
    journey.hand_in()
    journey.play()
    town.settle()
    assert end_state(journey) == {STORIES[0].name: calm_end[STORIES[0].name]}
    assert town.parked() == []
