"""What every test may ask for. Servers are real; one that is missing fails the test."""

import pytest

from tests.fixtures import run

pytest_plugins = ["tests.fixtures.broker", "tests.fixtures.postgres"]


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    run.begin(config)


def pytest_unconfigure(config: pytest.Config) -> None:
    run.finish(config)
