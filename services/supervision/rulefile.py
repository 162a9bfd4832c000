"""A file of the catalogue that is followed while supervision runs, as calendars are: policies.yaml,
people.yaml.

What cannot be followed is not: the file stays as it last was sound, in the running process and, by
a copy in the data folder, after a restart. The log and the service's addresses say what is wrong.
"""

import hashlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Generic, TypeVar

import structlog

from shared.errors import Fault, Invalid

Meant = TypeVar("Meant")
Stamp = tuple[tuple[str, int, int] | None, ...]
KEPT = "rules"
"""The folder of the copies, in the data folder."""

log = structlog.get_logger()


def version_of(text: str) -> str:
    """What tells one text of a file from every other."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


class RuleFile(Generic[Meant]):
    """`meant` is what the file means, `text` as it is written, and `fault` what is wrong with what
    has been written since; empty where that is followed.

    Raises Invalid where it cannot be followed at the start and never was.
    """

    def __init__(
        self,
        path: Path,
        read: Callable[[str], Meant],
        *,
        data: Path,
        beside: Callable[[Meant], Iterable[Path]] = lambda _meant: (),
        absent: str | None = None,
    ) -> None:
        """`read` raises Invalid; `beside` names the files that a text refers to; `absent` is the
        text where there is no file and never was, None where there must be one."""
        self.name, self.fault = path.name, ""
        self._path, self._read, self._beside, self._absent = path, read, beside, absent
        self._kept = data / KEPT / version_of(str(path.resolve())) / path.name
        own = _stamp([path])  # before it is read: what changes meanwhile is read once more
        try:
            self._follow(self._written())
        except Invalid as error:
            if not self._kept.exists():
                raise
            self._blame(error)
            self._follow(self._kept.read_text("utf-8"))
        self._seen = self._before = own + self._stamp_beside()

    @property
    def version(self) -> str:
        """Of the text that is followed."""
        return version_of(self.text)

    def refresh(self) -> bool:
        """Follow what is written now, once it has looked the same twice, for an editor may still be
        writing it; whether anything changed. Costs a look at each file."""
        stamp = _stamp([self._path]) + self._stamp_beside()
        before, self._before = self._before, stamp
        if stamp == self._seen or stamp != before:
            return False
        self._seen = stamp
        try:
            self._follow(self._written())
        except Invalid as error:
            self._blame(error)
            return False
        self.fault = ""
        self._seen = self._before = stamp[:1] + self._stamp_beside()
        log.info("a file of rules is followed", file=self.name, version=self.version)
        return True

    def _written(self) -> str:
        if self._absent is not None and not self._path.exists() and not self._kept.exists():
            return self._absent
        try:
            return self._path.read_text("utf-8")
        except OSError as error:
            problem = f"{self._path} cannot be read: {error.strerror}"
            raise Invalid(Fault(self._path.stem, problem)) from error
        except UnicodeDecodeError as error:
            raise Invalid(Fault(self._path.stem, f"{self._path} is not UTF-8: {error}")) from error

    def _follow(self, text: str) -> None:
        self.meant: Meant = self._read(text)
        self.text = text
        if self._path.exists():
            self._keep()

    def _keep(self) -> None:
        """Copy the text, whole or not at all: another process may do the same. It is followed also
        where no copy can be written, such as on a full disk."""
        draft = self._kept.with_suffix(f".{os.getpid()}.new")
        try:
            self._kept.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(self.text, "utf-8")
            draft.replace(self._kept)
        except OSError as error:
            log.error("no copy of a file of rules", file=self.name, error=str(error))

    def _blame(self, error: Invalid) -> None:
        self.fault = str(error)
        log.error("a file of rules is wrong and not followed", file=self.name, error=self.fault)

    def _stamp_beside(self) -> Stamp:
        return _stamp(self._beside(self.meant))


def _stamp(paths: Iterable[Path]) -> Stamp:
    """What tells files from those that were there before."""
    return tuple(_look(it) for it in paths)


def _look(path: Path) -> tuple[str, int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return (str(path), stat.st_size, stat.st_mtime_ns)
