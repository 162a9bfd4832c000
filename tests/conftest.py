"""What every test may ask for. Servers are real; one that is missing fails the test."""

from pathlib import Path

import pytest

from tests.fixtures import run

pytest_plugins = ["tests.fixtures.broker", "tests.fixtures.postgres"]

TESTS = Path(__file__).parent
LONGEST_FIRST = ("faults", "journey", "broker", "unit/deploy")
"""Where several processes test, what takes longest begins first."""


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    run.begin(config)


def pytest_unconfigure(config: pytest.Config) -> None:
    run.finish(config)


@pytest.hookimpl(tryfirst=True)  # before xdist looks at the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of one file stay in one process, and all journeys do: they share a running stack."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item.path.relative_to(TESTS))))
    items.sort(key=lambda item: _rank(item.path.relative_to(TESTS)))


def _group(file: Path) -> str:
    shares_a_stack = file.parts[0] == "journey" and file.stem != "test_demo"
    return "journey" if shares_a_stack else str(file)


def _rank(file: Path) -> int:
    ranks = [rank for rank, start in enumerate(LONGEST_FIRST) if str(file).startswith(start)]
    return ranks[0] if ranks else len(LONGEST_FIRST)
