"""What departments and regions are called on pages, as files of the catalogue say."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from shared.errors import Fault, Invalid
from shared.following import Followed
from shared.yamlfile import read_yaml

Titles = Mapping[str, Mapping[str, str]]
"""By key or code, then by language."""


class PresentTitles:
    """The titles in a file, by what `titles_of` makes of what it says. None where it is not there;
    while it is wrong they stay as they were, so that every page can be shown."""

    def __init__(self, file: Path, titles_of: Callable[[Any], Titles]) -> None:
        self._file, self._titles_of = file, titles_of
        self._followed: Followed[tuple[list[str], Titles]] = Followed(
            self._in_order,
            files=lambda: (file,),
            name=file.name,
            asked=True,
            otherwise=lambda _error: ([], {}),
        )

    @property
    def now(self) -> Titles:
        """The titles as the file has them. Costs a look at the file."""
        self._followed.look()
        return self._followed.meant[1]

    @property
    def remarks(self) -> list[str]:
        """That the file is wrong; for a service's health."""
        return self._followed.remarks

    def _in_order(self) -> tuple[list[str], Titles]:
        """Their order is shown as well, and mappings that are equal may differ in it."""
        titles = self._read()
        return list(titles), titles

    def _read(self) -> Titles:
        if not self._file.exists():
            return {}
        said = read_yaml(self._file, self._file.stem) or {}
        try:
            return self._titles_of(said)
        except (AttributeError, TypeError, ValueError) as error:
            problem = f"{self._file} has no titles where they should stand: {error}"
            raise Invalid(Fault(self._file.stem, problem)) from error


def present_departments(catalogue: Path) -> PresentTitles:
    """The titles of departments by key, in the order of departments.yaml."""
    return PresentTitles(catalogue / "departments.yaml", _departments)


def present_regions(catalogue: Path) -> PresentTitles:
    """The titles of regions by code, of regions.yaml."""
    return PresentTitles(catalogue / "regions.yaml", _by_code)


def _departments(said: Any) -> Titles:
    return {key: dict(it.get("title") or {}) for key, it in (said.get("departments") or {}).items()}


def _by_code(said: Any) -> Titles:
    return {str(code): dict(titles) for code, titles in said.items()}
