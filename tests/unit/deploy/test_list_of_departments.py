"""departments.yaml as `department add` and `department remove` change it."""

import shutil
from pathlib import Path

import pytest
import yaml

from deploy.departments import roll
from deploy.departments.listing import with_entry, without_entry
from deploy.local.services import CATALOGUE
from services.routing.catalogue import read_departments
from shared.errors import Invalid

FILES = [CATALOGUE / "departments.yaml", *sorted((CATALOGUE / "organisations").glob("*.yaml"))]
ENTRY = roll.entry(zh="排水“管理”处", en='Drainage: "the" Office', desk=True, may_see=("personal",))
COMMENTED = """\
# who there is
departments:
  tax:
    title: {zh: 税务局, en: Tax Bureau}
    may_see:
      - personal   # for returns
  # near the river
  water: {title: {zh: 水利局, en: Water Bureau}}   # since spring

# who fills what
roles: {}
"""


@pytest.mark.parametrize("file", FILES, ids=lambda it: it.stem)
def test_an_entry_comes_and_goes_and_leaves_the_file_as_it_was(file: Path) -> None:
    before = file.read_text("utf-8")
    after = with_entry(before, "drainage", ENTRY)
    assert yaml.safe_load(after)["departments"]["drainage"] == {
        "title": {"zh": "排水“管理”处", "en": 'Drainage: "the" Office'},
        "may_see": ["personal"],
        "desk": True,
    }
    assert without_entry(after, "drainage") == before


def test_comments_stay_where_they_are() -> None:
    without = without_entry(COMMENTED, "tax")
    assert "for returns" not in without
    kept = ("# who there is", "  # near the river", "# since spring", "# who fills what")
    assert [it for it in kept if it not in without] == []
    assert without_entry(COMMENTED, "water").count("#") == COMMENTED.count("#") - 1


def test_an_entry_goes_behind_the_last_line_of_a_file_without_an_end() -> None:
    after = with_entry("departments:\n  tax: {title: 1}", "drainage", "desk: true")
    assert after == "departments:\n  tax: {title: 1}\n  drainage:\n    desk: true\n"


@pytest.mark.parametrize("text", ["departments: {tax: {}}", "roles: {}", "[]", ""])
def test_a_file_in_another_form_is_to_be_changed_by_hand(text: str) -> None:
    with pytest.raises(Invalid, match="write the entry in by hand"):
        with_entry(text, "drainage", ENTRY)


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CATALOGUE, tmp_path / "catalogue"))


def test_the_file_changes_once_everything_else_is_done(catalogue: Path) -> None:
    with roll.changing(catalogue, lambda text: with_entry(text, "drainage", ENTRY)):
        assert "drainage" not in read_departments(catalogue)
    assert "drainage" in read_departments(catalogue)
    assert not (catalogue / roll.DRAFT).exists()


def test_what_would_not_be_sound_changes_nothing(catalogue: Path) -> None:
    before = (catalogue / roll.FILE).read_text("utf-8")
    wrong = roll.entry(zh="排", en="D", desk=False, may_see=("persona",))
    with (
        pytest.raises(Invalid, match=r"departments.yaml:\d+: departments.drainage.may_see"),
        roll.changing(catalogue, lambda text: with_entry(text, "drainage", wrong)),
    ):
        pytest.fail("the body of a change that is refused is not reached")
    with (
        pytest.raises(Invalid, match="'planning' is no department"),
        roll.changing(catalogue, lambda text: without_entry(text, "planning")),
    ):
        pytest.fail("the body of a change that is refused is not reached")
    with (
        pytest.raises(RuntimeError),
        roll.changing(catalogue, lambda text: with_entry(text, "drainage", ENTRY)),
    ):
        raise RuntimeError("the broker is away")
    assert (catalogue / roll.FILE).read_text("utf-8") == before
    assert not (catalogue / roll.DRAFT).exists()
