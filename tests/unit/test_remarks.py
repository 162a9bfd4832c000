"""What a service goes on without, because a file is wrong, its health says; and only then."""

import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from deploy.local.services import CATALOGUE
from services.department.service import Bureau
from services.department.systems.service import Ways
from services.intake.service import Window
from services.routing.service import Items
from shared.delivery.backbone import SETTINGS
from shared.settings import Settings

Look = Callable[[], object]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Those of a service on a catalogue of its own."""
    catalogue = shutil.copytree(CATALOGUE, tmp_path / "catalogue")
    (catalogue / "connections.yaml").write_text("departments: {archives: {pull: {}}}", "utf-8")
    monkeypatch.setenv("AMQP_URI", "amqp://nobody@127.0.0.1:1/")
    monkeypatch.setenv("ONEWINDOW_DATA", str(tmp_path))
    monkeypatch.setenv("ONEWINDOW_CATALOGUE", str(catalogue))
    return Settings.from_environment("any")


def set_up(provider: Any, settings: Settings) -> Any:
    provider.container = SimpleNamespace(config={SETTINGS: settings})
    provider.setup()
    return provider


def items(settings: Settings) -> tuple[Any, Look]:
    found = set_up(Items(), settings)
    return found, lambda: found.plans


def window(settings: Settings) -> tuple[Any, Look]:
    found: Any = Window()
    workplace = SimpleNamespace(work=None)
    found.backbone = SimpleNamespace(settings=settings, database=None, workplace=workplace)
    found.start()
    return found, found._present.refresh  # without a database that reviews are counted in


def bureau(settings: Settings) -> tuple[Any, Look]:
    found = set_up(Bureau(), settings)
    return found, lambda: (found.office.desk, found.office.departments)


def ways(settings: Settings) -> tuple[Any, Look]:
    found = set_up(Ways(), settings)
    return found, found.present.look


NOT_FOLLOWED = "what is written is wrong and not followed: the log says why"


@pytest.mark.parametrize(
    ("provider", "file", "said"),
    [
        (items, "departments.yaml", f"departments.yaml: {NOT_FOLLOWED}"),
        (window, "calendar.yaml", f"calendars: {NOT_FOLLOWED}"),
        (bureau, "calendar.yaml", f"calendars: {NOT_FOLLOWED}"),
        (bureau, "departments.yaml", f"departments.yaml: {NOT_FOLLOWED}"),
        (bureau, "policies.yaml", "policies.yaml is wrong: lights do not go by it"),
        (ways, "connections.yaml", f"connections.yaml: {NOT_FOLLOWED}"),
    ],
    ids=lambda it: it if isinstance(it, str) and it.endswith("yaml") else "",
)
def test_a_file_that_is_wrong_is_remarked_until_it_is_right(
    settings: Settings, provider: Callable[[Settings], tuple[Any, Look]], file: str, said: str
) -> None:
    dependency, look = provider(settings)
    path = settings.catalogue / file
    before = path.read_text("utf-8") if path.exists() else ""
    assert dependency.remarks == []
    path.write_text("wrong: [", "utf-8")
    for _ in range(2):
        look()
    assert dependency.remarks == [said]
    path.write_text(before or "[]", "utf-8")
    for _ in range(2):
        look()
    assert dependency.remarks == []
