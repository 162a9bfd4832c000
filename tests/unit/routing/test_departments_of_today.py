"""departments.yaml is read again when it has changed, and only if it fits the items."""

import shutil
from pathlib import Path

import pytest

from deploy.local.services import CATALOGUE
from services.routing.catalogue.present import PresentCatalogue
from shared.errors import Invalid


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The example catalogue, to be changed."""
    return Path(shutil.copytree(CATALOGUE, tmp_path / "catalogue"))


def rewrite(folder: Path, before: str, after: str) -> None:
    file = folder / "departments.yaml"
    text = file.read_text("utf-8")
    assert before in text
    draft = folder / "draft"
    draft.write_text(text.replace(before, after, 1), "utf-8")
    draft.replace(file)


def test_a_department_that_joins_is_there_without_a_restart(folder: Path) -> None:
    present = PresentCatalogue(folder)
    first = present.departments()
    assert "drainage" not in first
    assert present.departments() is first
    joined = "departments:\n  drainage:\n    title: {zh: 排水管理处, en: Drainage Office}\n"
    rewrite(folder, "departments:\n", joined)
    assert present.departments()["drainage"].title.en == "Drainage Office"
    rewrite(folder, joined, "departments:\n")
    assert set(present.departments()) == set(first)


@pytest.mark.parametrize(
    ("before", "after"),
    [("departments:\n", "departments: [\n"), ("  neighbourhood:", "  village:")],
    ids=["no YAML", "an item's department is gone"],
)
def test_a_file_that_does_not_fit_changes_nothing_until_it_is_mended(
    folder: Path, before: str, after: str
) -> None:
    present = PresentCatalogue(folder)
    first = present.departments()
    rewrite(folder, before, after)
    assert present.departments() is first
    rewrite(folder, after, before)
    assert set(present.departments()) == set(first)


def test_a_catalogue_that_is_wrong_at_the_start_is_refused(folder: Path) -> None:
    rewrite(folder, "  neighbourhood:", "  village:")
    with pytest.raises(Invalid, match="'neighbourhood' is no department"):
        PresentCatalogue(folder)
