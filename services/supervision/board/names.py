"""What departments and regions are called on pages, as the catalogue folder says.

departments.yaml has the titles of departments; regions.yaml, which may be missing, those of regions
(`330100: {zh: 杭州市, en: Hangzhou}`).
"""

from pathlib import Path

from shared.titles import Titles, present_departments, present_regions


class Names:
    """The titles in a catalogue folder; a file that has changed is read again."""

    def __init__(self, *, catalogue: Path) -> None:
        self._departments = present_departments(catalogue)
        self._regions = present_regions(catalogue)

    @property
    def departments(self) -> Titles:
        """The titles of departments by key, in the order of the file."""
        return self._departments.now

    @property
    def regions(self) -> Titles:
        """The titles of regions by code."""
        return self._regions.now

    @property
    def remarks(self) -> list[str]:
        """Which file is wrong."""
        return [*self._departments.remarks, *self._regions.remarks]

    def department(self, key: str, language: str) -> str:
        """What a department is called; its key where nobody says."""
        return self.departments.get(key, {}).get(language, key)

    def region(self, code: str, language: str) -> str:
        """What a region is called; its code where nobody says."""
        return self.regions.get(code, {}).get(language, code)
