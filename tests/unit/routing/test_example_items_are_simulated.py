"""Every item of the example catalogue is gone through by its example form, by routing's rules."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from deploy.cli.do_catalogue import app
from deploy.forecast import Forecast, Supposed, forecast
from services.routing.catalogue import load_catalogue
from services.routing.drawing import svg
from services.routing.plan import Catalogue
from shared.worktime import china
from tests.unit.routing.test_the_guide_and_the_example_catalogue import EXAMPLE

FORMS = EXAMPLE / "forms"
ITEMS = sorted(file.stem for file in (EXAMPLE / "items").iterdir())
BEGINS = datetime.fromisoformat("2026-09-18T09:30:00+08:00")


@pytest.fixture(scope="module")
def example() -> Catalogue:
    return load_catalogue(EXAMPLE)


def form_of(item: str) -> dict[str, Any]:
    form: dict[str, Any] = yaml.safe_load((FORMS / f"{item}.yaml").read_text("utf-8"))
    return form


def found(example: Catalogue, item: str, results: Any = None, **changes: Any) -> Forecast:
    supposed = Supposed(form=form_of(item) | changes, begins=BEGINS, results=results or {})
    return forecast(example.items[item], example.departments, supposed, china())


def test_every_item_has_an_example_form() -> None:
    assert sorted(file.stem for file in FORMS.iterdir()) == ITEMS


@pytest.mark.parametrize("item", ITEMS)
def test_a_case_by_the_example_form_is_approved_within_its_limits(
    example: Catalogue, item: str
) -> None:
    told = found(example, item)
    assert told.outcome == "approved"
    for limit in (told.statutory, told.promised):
        assert limit is None or told.ends <= limit
    assert svg(example.items[item]).startswith("<svg")


def test_the_items_together_use_what_an_item_can_say(example: Catalogue) -> None:
    tasks = [task for item in example.items.values() for task in item.tasks]
    items = list(example.items.values())
    assert {it.silence for it in tasks} == {"nothing", "escalate", "reassign", "deemed_approval"}
    assert {it.decision for it in tasks if it.joint_with} == {"all", "lead", "quorum"}
    assert {it.on_promise for it in tasks} == {"ask", "trust", "verify"}
    assert {it.on_rejection for it in items} == {"stop", "collect"}
    assert any(it.for_each for it in tasks)
    assert any(it.formal for it in tasks)
    assert any(it.procedures for it in tasks)
    assert any(it.extension for it in items)
    assert {bool(one.task) for it in items for one in it.issues} == {True, False}
    assert any(rule.issued_by for it in items for rule in it.materials)
    assert any(rule.deferrable for it in items for rule in it.materials)
    assert {one for it in items for kinds in it.classes.values() for one in kinds} == {
        "health",
        "personal",
        "tax",
    }
    assert any(it.subitems for it in items)
    assert any(role.by for role in example.departments.roles.values())


def test_a_promise_is_trusted_at_once_and_verified_afterwards(example: Catalogue) -> None:
    told = found(example, "restaurant")
    assert [it.task for it in told.settled] == ["fire-safety"]
    assert [it.task for it in told.afterwards] == ["fire-inspection"]
    asked = found(example, "restaurant", fire_promise=False)
    assert "fire-safety" in {it.task for it in asked.tasks}
    assert asked.afterwards == ()


def test_a_renewal_is_settled_at_the_window_and_the_licence_delivered(example: Catalogue) -> None:
    told = found(
        example, "hygiene-licence", request="renewal", changed=False, air_conditioning=False
    )
    assert told.tasks == ()
    assert told.ends == BEGINS
    assert [it.task for it in told.afterwards] == ["hygiene-permit"]


def test_each_section_of_a_road_goes_to_its_own_district(example: Catalogue) -> None:
    told = found(example, "road-excavation")
    assert {it.task: it.department for it in told.tasks if it.task.startswith("section-")} == {
        "section-1": "urban-management-east",
        "section-2": "urban-management-west",
        "section-3": "urban-management",
    }


def test_a_home_is_visited_only_if_the_income_is_within_the_limit(example: Catalogue) -> None:
    item = "public-rental-housing"
    assert "visit" in {it.task for it in found(example, item).skipped}
    within = found(example, item, results={"income": {"within_limit": True}})
    assert "visit" in {it.task for it in within.tasks}


def test_the_command_tells_what_is_settled_and_what_follows(tmp_path: Path) -> None:
    given = ["simulate", "restaurant", "--form", str(FORMS / "restaurant.yaml")]
    shown = CliRunner().invoke(app, given)
    assert "settled at once fire-safety: 公众聚集场所" in shown.output
    assert "then fire-inspection (fire) by" in shown.output
    told = json.loads(CliRunner().invoke(app, [*given, "--json"]).output)
    assert [it["task"] for it in told["settled_at_once"]] == ["fire-safety"]
    assert [it["task"] for it in told["afterwards"]] == ["fire-inspection"]
