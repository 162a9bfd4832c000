"""A catalogue with a fault is refused, with file, line, path and a suggestion."""

from pathlib import Path

import pytest
import yaml

from services.routing.catalogue import check_catalogue, load_catalogue
from shared.errors import Invalid

DEPARTMENTS = """\
departments:
  planning:
    title: {zh: 规划局, en: Planning}
  archives:
    title: {zh: 档案馆, en: Archives}
    desk: true
"""

ITEM = """\
item: building
version: 1
title: {zh: 建房, en: Building}
lead: planning
applicants: [person]
statutory: {amount: 20, source: 行政许可法第四十二条}
promised: {amount: 10, source: 承诺}
form:
  - {name: area, title: {zh: 面积, en: Area}, type: integer, minimum: 0}
  - {name: kind, title: {zh: 类别, en: Kind}, type: choice, choices: [A, B]}
  - {name: note, title: {zh: 备注, en: Note}, type: text, required: false}
materials:
  - name: site-plan
    title: {zh: 平面图, en: Plan}
    when: form.area > 10
tasks:
  - key: siting
    title: {zh: 选址, en: Siting}
    department: planning
    handling: {amount: 5, source: 承诺}
    results:
      - {name: hazard, title: {zh: 险, en: Hazard}, type: boolean}
    sees: {form: all, materials: all}
  - key: permit
    title: {zh: 许可, en: Permit}
    department: archives
    after: [siting]
    when: results.siting.hazard
    handling: {amount: 5, source: 承诺}
    sees: {form: [area], opinions: [siting]}
"""


def folder(tmp_path: Path, item: str = ITEM, departments: str = DEPARTMENTS) -> Path:
    (tmp_path / "items").mkdir(exist_ok=True)
    (tmp_path / "items" / "building.yaml").write_text(item, "utf-8")
    (tmp_path / "departments.yaml").write_text(departments, "utf-8")
    return tmp_path


def told(tmp_path: Path, item: str = ITEM, departments: str = DEPARTMENTS) -> list[str]:
    return [str(fault) for fault in check_catalogue(folder(tmp_path, item, departments))]


def test_a_sound_catalogue_has_no_fault_and_is_loaded_whole(tmp_path: Path) -> None:
    catalogue = load_catalogue(folder(tmp_path))
    assert check_catalogue(tmp_path) == []
    item = catalogue.items["building"]
    assert [task.key for task in item.tasks] == ["siting", "permit"]
    assert item.materials[0].max_size == 20_000_000
    assert item.tasks[0].sees.form is None
    assert catalogue.departments["archives"].desk


PLANTED = yaml.safe_load(Path(__file__).with_name("planted_faults.yaml").read_text("utf-8"))


@pytest.mark.parametrize("fault", PLANTED, ids=lambda fault: fault["said"])
def test_a_planted_fault_is_told_with_its_line_and_path(
    tmp_path: Path, fault: dict[str, str]
) -> None:
    found = ITEM if fault["found"] == "EVERYTHING" else fault["found"]
    assert found in ITEM, "nothing was planted"
    faults = told(tmp_path, ITEM.replace(found, fault["planted"], 1))
    assert any(fault["said"] in told for told in faults), faults
    assert all(fault.startswith("items/building.yaml:") for fault in faults)
    with pytest.raises(Invalid):
        load_catalogue(tmp_path)


@pytest.mark.parametrize(
    ("departments", "said"),
    [
        ("departments: {}\n", "departments.yaml:1: departments: must not be empty"),
        ("departments:\n  Planning:\n    title: {zh: 局, en: B}\n", "must be lower-case letters"),
        (
            "departments:\n  a:\n    titel: {zh: 局, en: B}\n",
            "yaml:3: departments.a.titel: is not known here; did you mean 'title'?",
        ),
        (
            "departments:\n  a:\n    title: {zh: 局, en: B}\n    desk: yes\n",
            "yaml:4: departments.a.desk: must be true or false",
        ),
    ],
)
def test_faults_of_departments_are_told_alone(tmp_path: Path, departments: str, said: str) -> None:
    (fault, *others) = [
        fault
        for fault in told(tmp_path, departments=departments)
        if "title: is missing" not in fault
    ]
    assert said in fault
    assert others == []


def test_an_item_in_two_files_is_a_fault(tmp_path: Path) -> None:
    folder(tmp_path)
    (tmp_path / "items" / "other.yaml").write_text(ITEM, "utf-8")
    (fault,) = check_catalogue(tmp_path)
    assert str(fault) == "items/other.yaml:1: item: 'building' is the item of another file too"


def test_files_that_would_be_passed_over_are_faults(tmp_path: Path) -> None:
    folder(tmp_path)
    (tmp_path / "items" / "other.yml").write_text(ITEM, "utf-8")
    assert "call it NAME.yaml" in str(check_catalogue(tmp_path)[0])


def test_a_folder_that_is_no_catalogue_is_told_so(tmp_path: Path) -> None:
    faults = [str(fault) for fault in check_catalogue(tmp_path / "nowhere")]
    assert faults[0].startswith("departments.yaml: cannot be read")
    assert faults[1].startswith("items: holds no service item")


def test_a_file_that_is_no_text_is_told_so(tmp_path: Path) -> None:
    folder(tmp_path)
    (tmp_path / "items" / "building.yaml").write_bytes(b"\xff\xfe\x00")
    assert "is not written in UTF-8" in str(check_catalogue(tmp_path)[0])
    (tmp_path / "items" / "building.yaml").write_bytes(b"item: \x00\n")
    assert "does not allow" in str(check_catalogue(tmp_path)[0])


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    broken = ITEM.replace("lead: planning", "lead: nobody").replace("[siting]", "[nothing]", 1)
    assert len(told(tmp_path, broken)) >= 3
