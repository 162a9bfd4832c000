"""One town for all journeys: cases are independent of each other, and starting it takes seconds."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.local_stack import LocalStack
from deploy.local.services import StackSettings
from shared.businesstime import setting_starting_now
from tests.fixtures.broker import install_rabbitmq
from tests.journey.endstate import EndState, end_state
from tests.journey.journey import Journey
from tests.journey.stories import STORIES
from tests.journey.town import FRIDAY, Town


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A stack with a broker of its own, because journeys kill it, and workers."""
    install_rabbitmq()
    folder = tmp_path_factory.mktemp("town")
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("AMQP_URI", raising=False)
        yield from _running(folder)


def _running(folder: Path) -> Iterator[Town]:
    settings = StackSettings(time=setting_starting_now(FRIDAY, speed=1.0))
    with LocalStack(folder, settings, say=lambda text: print(text, file=sys.stderr)) as stack:
        town = Town(stack)
        town.start_workers()
        yield town
        town.close()


@pytest.fixture(scope="session")
def calm(town: Town) -> Journey:
    """Every story, played once with nothing in its way."""
    journey = Journey(town, STORIES)
    with journey.handing_in():
        journey.play()
    town.settle()
    return journey


@pytest.fixture(scope="session")
def calm_end(calm: Journey) -> dict[str, EndState]:
    """What all services know of each story in the end."""
    return end_state(calm)
