"""What departments and regions are called: no page goes out because of a file of titles."""

import os
from pathlib import Path

import pytest

from services.supervision.board.names import Names

DEPARTMENTS = "departments: {tax: {title: {zh: 税务局, en: Tax Office}}, fire: {desk: true}}"
REGIONS = "330100: {zh: 杭州市, en: Hangzhou}"


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    (tmp_path / "departments.yaml").write_text(DEPARTMENTS, "utf-8")
    (tmp_path / "regions.yaml").write_text(REGIONS, "utf-8")
    return tmp_path


def write(file: Path, text: str, number: int) -> None:
    """Write a file whose time is its own."""
    file.write_text(text, "utf-8")
    os.utime(file, ns=(number, number))


def test_departments_and_regions_are_called_as_the_files_say_now(catalogue: Path) -> None:
    names = Names(catalogue=catalogue)
    assert (names.department("tax", "zh"), names.region("330100", "en")) == ("税务局", "Hangzhou")
    write(catalogue / "departments.yaml", DEPARTMENTS.replace("Tax", "Revenue"), 1)
    assert names.department("tax", "en") == "Revenue Office"
    write(catalogue / "departments.yaml", "departments: {b: {}, a: {}}", 2)
    assert [*names.departments] == ["b", "a"]
    write(catalogue / "departments.yaml", "departments: {a: {}, b: {}}", 3)
    assert [*names.departments] == ["a", "b"]


def test_what_has_no_title_is_called_by_its_key(catalogue: Path, tmp_path: Path) -> None:
    names = Names(catalogue=catalogue)
    assert [names.department(it, "en") for it in ("fire", "none")] == ["fire", "none"]
    (catalogue / "regions.yaml").unlink()
    assert names.region("330100", "en") == "330100"
    assert not Names(catalogue=tmp_path / "nowhere").departments


@pytest.mark.parametrize("wrong", ["departments: {", "departments: [tax]", "- tax", "a: \x01"])
def test_a_file_of_titles_that_is_wrong_changes_no_page(catalogue: Path, wrong: str) -> None:
    names = Names(catalogue=catalogue)
    write(catalogue / "departments.yaml", wrong, 1)
    assert names.department("tax", "en") == "Tax Office"
    assert Names(catalogue=catalogue).department("tax", "en") == "tax"
