"""Each of the faults that are planted into the example catalogue is found, with its line."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.routing.catalogue import check_catalogue
from tests.unit.routing.test_the_guide_and_the_example_catalogue import EXAMPLE

PLANTED = yaml.safe_load(Path(__file__).with_name("planted_in_the_example.yaml").read_text("utf-8"))


def copy_of_the_example(tmp_path: Path, item: str) -> None:
    """The departments and one item, or all of them where it takes in others."""
    (tmp_path / "items").mkdir()
    shutil.copy(EXAMPLE / "departments.yaml", tmp_path)
    named = {"hotel-opening": "*", "departments": "birth"}.get(item, item)
    for file in (EXAMPLE / "items").glob(f"{named}.yaml"):
        shutil.copy(file, tmp_path / "items")


def test_at_least_thirty_different_faults_are_planted() -> None:
    assert len({(fault["in"], fault["said"]) for fault in PLANTED}) >= 30


@pytest.mark.parametrize("fault", PLANTED, ids=lambda fault: fault["said"])
def test_a_fault_in_the_example_is_found_with_its_line(
    tmp_path: Path, fault: dict[str, Any]
) -> None:
    copy_of_the_example(tmp_path, fault["in"])
    name = f"{fault['in']}.yaml" if fault["in"] == "departments" else f"items/{fault['in']}.yaml"
    sound = (tmp_path / name).read_text("utf-8")
    before, found, after = sound.partition(fault["found"])
    assert found, "nothing was planted"
    broken = before + fault["planted"] + after
    (tmp_path / name).write_text(broken, "utf-8")
    place = broken.index(fault["at"]) if "at" in fault else len(before)
    line = broken.count("\n", 0, place) + 1 + fault.get("down", 0)
    faults = [str(one) for one in check_catalogue(tmp_path)]
    assert any(one.startswith(f"{name}:{line}: {fault['said']}") for one in faults), faults


def test_a_document_may_not_bear_the_name_that_a_task_of_a_subcase_gets(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE, tmp_path, dirs_exist_ok=True)
    hygiene = tmp_path / "items" / "hygiene-licence.yaml"
    clashing = hygiene.read_text("utf-8").replace("name: hygiene-permit", "name: hygiene-licence")
    hygiene.write_text(clashing, "utf-8")
    (fault,) = check_catalogue(tmp_path)
    assert str(fault).startswith("items/hotel-opening.yaml:")
    assert "two tasks would be called 'hygiene-licence': name a sub-case anew" in str(fault)
