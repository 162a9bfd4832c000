"""What the guide shows can be loaded, and the example catalogue is sound and does what it says."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from deploy.cli.do_catalogue import app
from services.routing.catalogue import check_catalogue, load_catalogue, schemas
from services.routing.plan import Catalogue
from shared.errors import NotFound
from tests.unit.routing.building import APPLICANT, Course

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "deploy" / "catalogue"

PROJECT = {
    "project_name": "云栖智造产业园一期",
    "project_site": "西湖区转塘街道",
    "industry": "manufacturing",
    "total_investment": 12_000,
    "land_area": 2.4,
    "earthwork": 8_000,
    "building_area": 3_000,
    "civil_building": False,
    "flammable_site": False,
    "pollution_class": "registration_form",
}


@pytest.fixture(scope="module")
def example() -> Catalogue:
    return load_catalogue(EXAMPLE)


def needed(catalogue: Catalogue, item: str, form: dict[str, Any], **results: Any) -> list[str]:
    """The tasks that departments get for a form when all approve, in order."""
    course = Course(catalogue.items[item], form=form, materials=())
    done = []
    while held := sorted(course.held()):
        for key in held:
            done.append(key)
            course.tell(course.completion(key, results=results.get(key, {})))
    assert course.state.state == "decided"
    return done


@pytest.fixture(autouse=True)
def departments(monkeypatch: pytest.MonkeyPatch, example: Catalogue) -> None:
    monkeypatch.setattr("tests.unit.routing.building.DEPARTMENTS", example.departments)


def test_the_example_of_the_guide_is_a_sound_catalogue(tmp_path: Path) -> None:
    guide = (ROOT / "services" / "routing" / "README.md").read_text("utf-8")
    blocks = re.findall(r"`([\w./-]+)`:\n\n```yaml\n(.*?)```", guide, re.DOTALL)
    assert [name for name, _ in blocks] == ["departments.yaml", "items/shop-sign.yaml"]
    (tmp_path / "items").mkdir()
    for name, text in blocks:
        (tmp_path / name).write_text(text, "utf-8")
    assert check_catalogue(tmp_path) == []


def test_the_guide_explains_every_key() -> None:
    guide = (ROOT / "services" / "routing" / "README.md").read_text("utf-8")
    for schema in (
        schemas.ItemSchema,
        schemas.LimitSchema,
        schemas.FormFieldSchema,
        schemas.MaterialSchema,
        schemas.TaskSchema,
        schemas.SeesSchema,
        schemas.PromiseSchema,
        schemas.FormalSchema,
        schemas.IssueSchema,
        schemas.SubitemSchema,
        schemas.DepartmentSchema,
        schemas.RoleSchema,
        schemas.DepartmentsSchema,
    ):
        for name, field in schema().fields.items():
            assert re.search(rf"\b{field.data_key or name}\b", guide), name


def test_the_example_catalogue_has_no_fault(example: Catalogue) -> None:
    assert check_catalogue(EXAMPLE) == []
    assert {"investment-project", "company-start", "birth"} < set(example.items)
    assert len(example.items) >= 12


def test_every_department_of_the_example_has_a_task(example: Catalogue) -> None:
    roles = {
        role
        for item in example.items.values()
        for task in item.tasks
        for role in (task.department, *task.joint_with)
    }
    assert set().union(*map(example.departments.all_filling, roles)) == set(example.departments)


def test_a_small_clean_project_needs_four_tasks(example: Catalogue) -> None:
    assert needed(example, "investment-project", PROJECT) == [
        "siting",
        "project-approval",
        "planning-permit",
        "construction-permit",
    ]


def test_a_large_and_dangerous_project_needs_every_task(example: Catalogue) -> None:
    form = PROJECT | {
        "land_area": 6,
        "building_area": 25_000,
        "civil_building": True,
        "flammable_site": True,
        "pollution_class": "report_book",
    }
    tasks = needed(example, "investment-project", form, siting={"hazard_area": True})
    assert set(tasks) == set(example.items["investment-project"].task)
    assert tasks[-1] == "construction-permit"


def test_a_company_starts_with_its_registration(example: Catalogue) -> None:
    form = {
        "company_name": "杭州某某科技有限公司",
        "company_type": "limited_company",
        "registered_capital": 100,
        "address": "文三路1号",
        "business_scope": "软件开发",
        "legal_representative": "张三",
        "employees": 3,
        "seals": 4,
        "open_account": True,
    }
    tasks = needed(example, "company-start", form)
    assert tasks[0] == "registration"
    assert len(tasks) == 6
    alone = form | {"employees": 0, "seals": 0, "open_account": False}
    assert needed(example, "company-start", alone) == ["registration", "tax-registration"]


def test_a_birth_goes_to_the_neighbourhood_only_if_it_was_not_registered(
    example: Catalogue,
) -> None:
    form = {"birth_registered": True, "social_card": True, "child_name": "李小明"}
    assert "birth-registration" not in needed(example, "birth", form)
    assert "birth-registration" in needed(example, "birth", form | {"birth_registered": False})


def test_who_needs_no_name_of_the_applicant_gets_none(example: Catalogue) -> None:
    course = Course(example.items["investment-project"], form=PROJECT | {"flammable_site": True})
    course.tell(course.completion("siting"))
    assert course.assigned("lightning").applicant is None
    assert "total_investment" not in course.assigned("lightning").form
    assert course.assigned("project-approval").applicant == APPLICANT


def test_the_command_shows_the_items_of_a_sound_catalogue(example: Catalogue) -> None:
    shown = CliRunner().invoke(app, ["check", str(EXAMPLE)])
    assert shown.exit_code == 0
    assert f"{len(example.items)} items, no fault" in shown.output
    told = json.loads(CliRunner().invoke(app, ["check", "--json"]).output)
    assert told["faults"] == []
    assert {"item": "birth", "version": 1, "tasks": 5} in told["items"]


def test_the_command_shows_every_fault_and_ends_with_status_1(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE, tmp_path, dirs_exist_ok=True)
    birth = tmp_path / "items" / "birth.yaml"
    birth.write_text(birth.read_text("utf-8").replace("lead: health", "lead: helth"), "utf-8")
    shown = CliRunner().invoke(app, ["check", str(tmp_path)])
    assert shown.exit_code == 1
    assert "items/birth.yaml:5" in shown.output
    told = CliRunner().invoke(app, ["check", "--json", str(tmp_path)])
    assert told.exit_code == 1
    (fault,) = json.loads(told.output)["faults"]
    assert (fault["line"], fault["path"]) == (5, "lead")


def test_the_command_says_which_folder_is_missing(tmp_path: Path) -> None:
    failed = CliRunner().invoke(app, ["check", str(tmp_path / "nowhere")])
    assert isinstance(failed.exception, NotFound)
