"""A stack for tests that break it: broker, database, services and workers of its own."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.chaos.ground import Ground
from deploy.chaos.run import MONDAY
from tests.faults.settings import OUTAGE
from tests.fixtures.broker import install_rabbitmq
from tests.fixtures.postgres import install_postgresql


@pytest.fixture(scope="module")
def chaos_folder() -> Iterator[Path]:
    """A folder that is not there yet, removed afterwards."""
    install_rabbitmq()
    install_postgresql()
    place = Path(tempfile.mkdtemp(prefix="onewindow-faults-"))
    place.chmod(0o755)  # the database's own user must get through
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("AMQP_URI", raising=False)
        yield place / "stack"
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="module")
def ground(chaos_folder: Path) -> Iterator[Ground]:
    """A running stack on PostgreSQL, with a worker for every department that has one."""
    ground = Ground(chaos_folder, start=MONDAY, speed=OUTAGE.speed, sqlite=False)
    try:
        ground.start(lambda text: print(text, file=sys.stderr))
        yield ground
    finally:
        ground.stop()
