"""YAML that people write: what is wrong with it is one sentence, with the file and the place."""

from pathlib import Path
from typing import Any

import yaml

from shared.errors import Fault, Invalid

Loader = type[yaml.SafeLoader] | type[yaml.BaseLoader]


def read_yaml(path: Path, field: str, loader: Loader = yaml.SafeLoader) -> Any:
    """What a file says. Raises Invalid, naming `field`, where it cannot be read."""
    return plain_of(text_of(path, field), field=field, file=str(path), loader=loader)


def text_of(path: Path, field: str) -> str:
    """The text of a file. Raises Invalid, naming `field`."""
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise Invalid(Fault(field, f"{path} cannot be read: {error.strerror}")) from error
    except UnicodeDecodeError as error:
        problem = f"{path} is not UTF-8 from byte {error.start + 1} on: save it as UTF-8"
        raise Invalid(Fault(field, problem)) from error


def plain_of(text: str, *, field: str, file: str, loader: Loader = yaml.SafeLoader) -> Any:
    """What a text says that stands in `file`. Raises Invalid, naming `field`."""
    try:
        return yaml.load(text, loader)  # noqa: S506 - both kinds are safe
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Invalid(Fault(field, f"{file} is not YAML{_why(error, text)}")) from error


def _why(error: Exception, text: str) -> str:
    """Lines and columns are counted from 1, as editors do."""
    if isinstance(error, yaml.MarkedYAMLError):
        mark, problem = error.problem_mark or error.context_mark, str(error.problem)
        at = f" in line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        said = f"{error.context}, {problem}" if problem.startswith("but ") else problem
        return f"{at}: {' '.join(said.split())}"
    if isinstance(error, yaml.reader.ReaderError):
        line, column = _place(text[: error.position])
        sign = chr(error.character)
        return f" in line {line}, column {column}: the character {sign!r} is not allowed"
    if isinstance(error, RecursionError):
        return ": it is nested too deeply"
    return f": {error}"  # such as the 30th of February


def _place(before: str) -> tuple[int, int]:
    return before.count("\n") + 1, len(before) - before.rfind("\n")
