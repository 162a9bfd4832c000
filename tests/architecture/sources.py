"""The project's own files, and which of them are Python."""

import ast
import os
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOREIGN = {
    ".git",
    ".onewindow",
    ".hypothesis",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".import_linter_cache",
    "__pycache__",
    "node_modules",
    "build",
    "dist",
}
SDK = Path("services/department/sdk/src/onewindow_worker")
SUFFIXES = {".py", ".md", ".toml", ".yaml", ".yml", ".json", ".sh", ".html", ".css", ".js", ".lock"}


def texts(*folders: str) -> Iterator[tuple[str, str]]:
    """Path within the project and content of every text file, in all folders if none is named."""
    starts = [ROOT / folder for folder in folders] or [ROOT]
    for start in starts:
        for folder, inner, names in os.walk(start):
            inner[:] = [it for it in inner if it not in FOREIGN and not it.endswith(".egg-info")]
            for name in sorted(names):
                path = Path(folder) / name
                if path.suffix in SUFFIXES or (not path.suffix and path.parent == ROOT):
                    yield path.relative_to(ROOT).as_posix(), path.read_text("utf-8")


def trees(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    """Path and syntax tree of every Python file."""
    for path, text in texts(*folders):
        if path.endswith(".py"):
            yield path, ast.parse(text, path)
