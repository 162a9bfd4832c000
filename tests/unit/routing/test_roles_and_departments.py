"""The same item in cities that are organised differently: who gets which task."""

from pathlib import Path
from typing import Any

import pytest

from services.routing.catalogue import check_catalogue, load_catalogue
from services.routing.departments import Department, Departments, Role, UnfilledRole
from services.routing.plan import Catalogue
from shared.messages.progress import Completed, Opened
from tests.unit.routing.building import ALL, Course, item, task, text
from tests.unit.routing.test_the_catalogue_is_checked import DEPARTMENTS, ITEM, folder
from tests.unit.routing.test_the_guide_and_the_example_catalogue import EXAMPLE, PROJECT

ORGANISATIONS = EXAMPLE / "organisations"
LARGE = PROJECT | {"flammable_site": True, "civil_building": True, "building_area": 25_000}


def example(organisation: str) -> Catalogue:
    file = ORGANISATIONS / f"{organisation}.yaml" if organisation else None
    assert check_catalogue(EXAMPLE, file) == []
    return load_catalogue(EXAMPLE, file)


def handled(catalogue: Catalogue, region: str = "330100") -> tuple[Course, dict[str, str]]:
    """A large project that all approve, and which department answered for each task."""
    course = Course(
        catalogue.items["investment-project"],
        departments=catalogue.departments,
        form=LARGE,
        region=region,
        materials=(),
    )
    while held := sorted(course.held()):
        for key in held:
            course.tell(course.completion(key))
    done = [change for change in course.changes if isinstance(change, Completed)]
    return course, {change.task: change.department for change in done}


def test_one_case_goes_the_same_way_through_three_kinds_of_organisation() -> None:
    ways = {name: handled(example(name)) for name in ("", "own-offices", "merged-bureau")}
    assert {course.state.state for course, _ in ways.values()} == {"decided"}
    (side, offices, merged) = (answered for _, answered in ways.values())
    assert list(side) == list(offices) == list(merged)
    assert (side["siting"], side["fire-safety"], side["air-defence"]) == (
        "planning",
        "fire",
        "civil-air-defence",
    )
    assert offices["siting"] == offices["planning-permit"] == "planning-approvals"
    assert offices["construction-permit"] == "housing-approvals"
    own = {key for key, department in merged.items() if department != "approvals-bureau"}
    assert own == {"fire-safety", "lightning"}


def test_the_case_says_which_department_leads_and_not_which_role() -> None:
    leads = {
        name: handled(example(name))[0].changes[0] for name in ("own-offices", "merged-bureau")
    }
    assert {name: opened.lead for name, opened in leads.items() if isinstance(opened, Opened)} == {
        "own-offices": "development-reform-approvals",
        "merged-bureau": "approvals-bureau",
    }


@pytest.mark.parametrize(
    ("region", "department"),
    [("330106", "fire-west-lake"), ("330110", "fire-yuhang"), ("330102", "fire"), ("33", "fire")],
)
def test_a_district_has_its_own_department(region: str, department: str) -> None:
    assert handled(example("own-offices"), region)[1]["fire-safety"] == department


TOWN = Departments(
    {key: Department(key=key, title=text(key)) for key in ("lead", "north", "south", "city")},
    {
        "site": Role(
            key="site",
            department="city",
            by="form.district",
            departments={"N": "north", "S": "south"},
        ),
        "level": Role(
            key="level",
            department="city",
            by="region",
            departments={"33": "south", "3301": "north"},
        ),
        "any": Role(key="any", department="lead"),
    },
)


@pytest.mark.parametrize(
    ("form", "department"),
    [({"district": "N"}, "north"), ({"district": "S"}, "south"), ({"district": "W"}, "city")],
)
def test_a_field_of_the_form_chooses_the_department(form: dict[str, Any], department: str) -> None:
    course = Course(item(task("a", "site"), lead="any"), departments=TOWN, form=form)
    assert course.held() == {"a": department}


@pytest.mark.parametrize(
    ("region", "department"), [("330106", "north"), ("330200", "south"), ("110000", "city")]
)
def test_the_longest_region_that_fits_counts(region: str, department: str) -> None:
    course = Course(item(task("a", "level"), lead="any"), departments=TOWN, region=region)
    assert course.held() == {"a": department}


def test_who_declines_may_propose_a_role_and_the_lead_is_a_role_too() -> None:
    course = Course(
        item(task("a", "any"), task("b", "north", sees=ALL), lead="any"),
        departments=TOWN,
        form={"district": "S"},
    )
    course.tell(course.decline("b", "site"))
    assert course.held()["b"] == "south"
    course.tell(course.decline("b"))
    assert course.held()["b"] == "lead"


def test_a_role_that_nobody_fills_any_longer_is_said_and_not_sent_into_the_void() -> None:
    with pytest.raises(UnfilledRole, match="no role or department 'gone'"):
        Course(item(task("a", "gone"), lead="lead"), departments=TOWN)


@pytest.mark.parametrize(
    ("role", "said"),
    [
        ("{}", "departments.yaml:8: roles.siting.department: is missing"),
        ("{department: planing}", "did you mean 'planning'?"),
        ("{department: planning, by: region}", "roles.siting.departments: is missing"),
        ("{department: planning, departments: {A: planning}}", "roles.siting.by: is missing"),
        ("{department: planning, by: area, departments: {A: planning}}", "must be region, or form"),
        ("{department: planning, by: region, departments: {A: planning}}", "A: is no region"),
        ("{department: planning, by: form.x, departments: {A: planning}}", "no item has a form fi"),
        ("{department: planning, by: form.kind, departments: {C: planning}}", "C: is no choice of"),
        ("{department: planning, by: form.kind, departments: {A: plan}}", "'plan' is no departme"),
    ],
)
def test_a_fault_of_a_role_is_told(tmp_path: Path, role: str, said: str) -> None:
    mapping = DEPARTMENTS + f"roles:\n  siting: {role}\n"
    (fault,) = check_catalogue(folder(tmp_path, departments=mapping))
    assert said in str(fault)


def test_an_item_may_name_roles(tmp_path: Path) -> None:
    mapping = DEPARTMENTS + (
        "roles:\n  siting: {department: planning, by: form.kind, departments: {A: archives}}\n"
    )
    named = ITEM.replace("    department: planning", "    department: siting", 1)
    assert check_catalogue(folder(tmp_path, named, mapping)) == []
    course = Course(
        load_catalogue(tmp_path).items["building"],
        departments=load_catalogue(tmp_path).departments,
        form={"area": 3, "kind": "A"},
    )
    assert course.held() == {"siting": "archives"}
