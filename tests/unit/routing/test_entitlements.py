"""A task that would show data to a department that is not entitled to it is a fault."""

from pathlib import Path

from tests.unit.routing.test_the_catalogue_is_checked import DEPARTMENTS, ITEM, told

ENTITLED = DEPARTMENTS.replace(
    "{zh: 规划局, en: Planning}", "{zh: 规划局, en: Planning}\n    may_see: [geology]"
)
AREA = "type: integer, minimum: 0"
HAZARD = "en: Hazard}, type: boolean"


def test_who_is_entitled_sees_and_what_has_no_class_is_seen_by_all(tmp_path: Path) -> None:
    item = ITEM.replace(AREA, f"{AREA}, data: geology").replace("form: [area], op", "op")
    assert told(tmp_path, item, ENTITLED) == []


def test_a_field_is_not_shown_to_a_department_without_its_class(tmp_path: Path) -> None:
    (fault,) = told(tmp_path, ITEM.replace(AREA, f"{AREA}, data: geology"), ENTITLED)
    assert "yaml:30: tasks[1].sees.form: shows 'area', which is geology data and not for" in fault


def test_results_are_shown_by_the_opinion_that_holds_them(tmp_path: Path) -> None:
    (fault,) = told(tmp_path, ITEM.replace(HAZARD, f"{HAZARD}, data: geology"), ENTITLED)
    assert "yaml:30: tasks[1].sees.opinions: shows 'siting', which is geology" in fault


def test_what_an_element_of_a_list_holds_the_list_holds(tmp_path: Path) -> None:
    inner = "{name: depth, title: {zh: 深, en: Depth}, type: integer, data: geology}"
    field = f"  - {{name: layers, title: {{zh: 层, en: L}}, type: list, fields: [{inner}]}}\n"
    item = ITEM.replace("materials:\n", f"{field}materials:\n", 1)
    item = item.replace("form: [area], op", "form: [layers], op")
    assert "shows 'layers'" in told(tmp_path, item, ENTITLED)[0]


def test_every_department_that_may_fill_a_role_must_be_entitled(tmp_path: Path) -> None:
    roles = "roles:\n  planning: {department: planning, by: region, departments: {33: archives}}\n"
    item = ITEM.replace(AREA, f"{AREA}, data: geology").replace("form: [area], op", "op")
    (fault,) = told(tmp_path, item, ENTITLED + roles)
    assert "yaml:23: tasks[0].sees.form: shows 'area'" in fault
    assert "not for 'archives'" in fault


def test_a_class_that_only_one_side_names_is_misspelt(tmp_path: Path) -> None:
    item = ITEM.replace(AREA, f"{AREA}, data: geologi").replace("form: [area], op", "op")
    here, there = told(tmp_path, item, ENTITLED)
    assert "departments.yaml:4: departments.planning.may_see: 'geology' is the class of no" in here
    assert "yaml:9: form[0].data: is of class 'geologi'" in there
    assert "did you mean 'geology'?" in there
