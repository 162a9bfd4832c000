"""departments.yaml as an operator's command changes it: one at a time, only to what is sound."""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from services.routing.catalogue import check_catalogue
from shared.errors import Invalid

FILE = "departments.yaml"
DRAFT = ".departments.yaml.draft"


@contextmanager
def changing(folder: Path, change: Callable[[str], str]) -> Iterator[None]:
    """Change the file once the body is done: what it will be is checked before.

    Whoever reads the catalogue sees the file as it was or as it is then. Raises Invalid with every
    fault that the catalogue would have.
    """
    with _alone(folder):
        file, draft = folder / FILE, folder / DRAFT
        try:
            draft.write_text(change(file.read_text("utf-8")), "utf-8")
            draft.chmod(file.stat().st_mode & 0o777)
            _check(folder, draft)
            yield
            draft.replace(file)
        finally:
            draft.unlink(missing_ok=True)


def entry(*, zh: str, en: str, desk: bool, may_see: tuple[str, ...]) -> str:
    """The lines of a department's entry, below its key."""
    lines = [f"title: {{zh: {_quoted(zh)}, en: {_quoted(en)}}}"]
    lines += [f"may_see: [{', '.join(may_see)}]"] if may_see else []
    lines += ["desk: true"] if desk else []
    return "\n".join(lines)


def _check(folder: Path, draft: Path) -> None:
    faults = check_catalogue(folder, draft)
    if faults:
        raise Invalid(*(replace(it, file=FILE) if it.file == DRAFT else it for it in faults))


def _quoted(text: str) -> str:
    """A text as YAML's double-quoted style has it, which is also JSON's."""
    return json.dumps(text, ensure_ascii=False)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two operators who change the file at once do so one after the other."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
