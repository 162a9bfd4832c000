"""What every test may ask for. Servers are real; one that is missing fails the test."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from tests.fixtures import run

pytest_plugins = [
    "tests.fixtures.broker",
    "tests.fixtures.chromium",
    "tests.fixtures.oidc",
    "tests.fixtures.postgres",
]

TESTS = Path(__file__).parent
LONGEST_FIRST = ("journey", "faults", "unit/deploy", "broker")
"""Where several processes test, what takes longest begins first."""

# How long an example takes says more about what else the machine does than about the code. A change
# is judged by the same examples everywhere; `--hypothesis-profile=search` looks for others.
BUSY = {
    "deadline": None,
    "max_examples": 60,
    "suppress_health_check": [HealthCheck.too_slow],
}
settings.register_profile("busy", derandomize=True, **BUSY)
settings.register_profile("search", **BUSY)
settings.load_profile("busy")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    run.begin(config)


def pytest_unconfigure(config: pytest.Config) -> None:
    run.finish(config)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _rank(item.path.relative_to(TESTS)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return ByGroup(config, log)


class ByGroup(LoadScopeScheduling):
    """Tests of one file stay in one process, and so do all journeys, which share a running stack,
    and all tests of pages, which share a browser."""

    def _split_scope(self, nodeid: str) -> str:
        file = Path(nodeid.partition("::")[0]).relative_to(TESTS.name)
        if file.parts[0] == "pages":
            return "pages"
        shares_a_stack = file.parts[0] == "journey" and file.stem != "test_demo"
        return "journey" if shares_a_stack else str(file)


def _rank(file: Path) -> int:
    ranks = [rank for rank, start in enumerate(LONGEST_FIRST) if str(file).startswith(start)]
    return ranks[0] if ranks else len(LONGEST_FIRST)
