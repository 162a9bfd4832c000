"""What departments and regions are called on pages, as the catalogue folder says.

departments.yaml has the titles of departments; regions.yaml, which may be missing, those of regions
(`330100: {zh: 杭州市, en: Hangzhou}`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

Titles = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, kw_only=True)
class Names:
    """The titles in a catalogue folder; a file that has changed is read again."""

    catalogue: Path

    @property
    def departments(self) -> Titles:
        """The titles of departments by key, in the order of the file."""
        return _read(self.catalogue / "departments.yaml", _departments)

    @property
    def regions(self) -> Titles:
        """The titles of regions by code."""
        return _read(self.catalogue / "regions.yaml", _regions)

    def department(self, key: str, language: str) -> str:
        """What a department is called; its key where nobody says."""
        return self.departments.get(key, {}).get(language, key)

    def region(self, code: str, language: str) -> str:
        """What a region is called; its code where nobody says."""
        return self.regions.get(code, {}).get(language, code)


def _departments(known: Any) -> Titles:
    return {key: it.get("title") or {} for key, it in (known.get("departments") or {}).items()}


def _regions(known: Any) -> Titles:
    return {str(code): titles for code, titles in known.items()}


def _read(file: Path, take: Any) -> Titles:
    try:
        return _parsed(file, take, file.stat().st_mtime_ns)
    except OSError:
        return {}


@lru_cache(maxsize=8)
def _parsed(file: Path, take: Any, _changed: int) -> Titles:
    titles: Titles = take(yaml.safe_load(file.read_text("utf-8")) or {})
    return titles
