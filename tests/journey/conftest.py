"""One town for all journeys: cases are independent of each other, and starting it takes seconds."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.services import CATALOGUE, StackSettings
from tests.fixtures.broker import install_rabbitmq
from tests.journey.counter import Counter, running_counter
from tests.journey.endstate import EndState, end_state
from tests.journey.journey import Journey
from tests.journey.stories import STORIES
from tests.journey.town import Town, running_town


@pytest.fixture(scope="session")
def without_a_broker_of_others() -> Iterator[None]:
    """Towns have brokers of their own, because journeys kill them."""
    install_rabbitmq()
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("AMQP_URI", raising=False)
        yield


@pytest.fixture(scope="session")
def town(
    without_a_broker_of_others: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    """A stack and workers. Its catalogue is a copy: departments join it and leave."""
    catalogue = Path(shutil.copytree(CATALOGUE, tmp_path_factory.mktemp("city") / "catalogue"))
    settings = StackSettings(catalogue=catalogue)
    with running_town(tmp_path_factory.mktemp("town"), settings) as town:
        yield town


@pytest.fixture(scope="session")
def counter(
    without_a_broker_of_others: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Counter]:
    """A stack with a catalogue of its own, all of whose departments work at the desk."""
    with running_counter(tmp_path_factory.mktemp("counter")) as counter:
        yield counter


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
