"""A file of rules in the catalogue: policies.yaml, people.yaml, sheets.yaml.

What cannot be followed is not: the file stays as it last was sound, in the running process and, by
a copy in the data folder, after a restart. The log and the service's addresses say what is wrong.
"""

import hashlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Generic, TypeVar

import structlog

from shared.errors import Invalid
from shared.following import Followed
from shared.yamlfile import text_of

Meant = TypeVar("Meant")
KEPT = "rules"
"""The folder of the copies, in the data folder."""

log = structlog.get_logger()


def version_of(text: str) -> str:
    """What tells one text of a file from every other."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


class RuleFile(Generic[Meant]):
    """A file by its text and what that means. Raises Invalid where it cannot be followed at the
    start and never was."""

    def __init__(
        self,
        path: Path,
        meaning: Callable[[str], Meant],
        *,
        data: Path,
        beside: Callable[[Meant], Iterable[Path]] = lambda _meant: (),
        absent: str | None = None,
    ) -> None:
        """`meaning` raises Invalid; `beside` names the files that a text refers to; `absent` is the
        text where there is no file and never was, None where there must be one."""
        self.name = path.name
        self._path, self._meaning, self._beside, self._absent = path, meaning, beside, absent
        self._kept = data / KEPT / version_of(str(path.resolve())) / path.name
        self._named: tuple[Path, ...] = ()
        self._file: Followed[tuple[str, Meant]] = Followed(
            self._read,
            files=lambda: (path, *self._named),
            name=path.name,
            otherwise=self._as_kept,
        )

    @property
    def text(self) -> str:
        """The file as it is written and followed."""
        return self._file.meant[0]

    @property
    def meant(self) -> Meant:
        """What that text means."""
        return self._file.meant[1]

    @property
    def version(self) -> str:
        """Of the text that is followed."""
        return version_of(self.text)

    @property
    def fault(self) -> str:
        """What is wrong with what has been written since; empty where that is followed."""
        return self._file.wrong

    def refresh(self) -> bool:
        """Follow what is written now; whether anything changed. Costs a look at each file."""
        changed = self._file.look()
        if changed:
            log.info("a file of rules is followed", file=self.name, version=self.version)
        return changed

    def _read(self) -> tuple[str, Meant]:
        if self._absent is not None and not self._path.exists() and not self._kept.exists():
            return self._ruling(self._absent)
        found = self._ruling(text_of(self._path, self._path.stem))
        self._keep(found[0])
        return found

    def _as_kept(self, error: Invalid) -> tuple[str, Meant]:
        if not self._kept.exists():
            raise error
        return self._ruling(self._kept.read_text("utf-8"))

    def _ruling(self, text: str) -> tuple[str, Meant]:
        meant = self._meaning(text)
        self._named = tuple(self._beside(meant))
        return text, meant

    def _keep(self, text: str) -> None:
        """Copy the text, whole or not at all: another process may do the same. It is followed also
        where no copy can be written, such as on a full disk."""
        draft = self._kept.with_suffix(f".{os.getpid()}.new")
        try:
            self._kept.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(text, "utf-8")
            draft.replace(self._kept)
        except OSError as error:
            log.error("no copy of a file of rules", file=self.name, error=str(error))
