"""Files that are followed while a process runs: a change holds without a restart."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Generic, NoReturn, TypeVar

import structlog

from shared.errors import Invalid

Meant = TypeVar("Meant")
Stamp = tuple[tuple[Path, int, int, int], ...]
"""What tells files from those that were there before."""

log = structlog.get_logger()


def _refused(error: Invalid) -> NoReturn:
    raise error


class Followed(Generic[Meant]):
    """`meant` is what the files meant when they last were right. `wrong` says why that is not what
    is written now, and is empty where it is.

    A change is read once it was the same in two looks, for somebody may still be writing. What is
    wrong is read again at each look, for the fault may lie in another file, such as that of a
    secret. Both suit a timer. Whoever is `asked`, by visits or messages, may be so once an hour or
    a hundred times a second: they read a change at the first look, and what is wrong only once.
    """

    def __init__(
        self,
        read: Callable[[], Meant],
        *,
        files: Callable[[], Iterable[Path]],
        name: str,
        asked: bool = False,
        otherwise: Callable[[Invalid], Meant] = _refused,
    ) -> None:
        """`read` gives what the files mean, or raises Invalid; `otherwise` what is meant if they
        are wrong at the start, and raises the error unless told. `files` may change with what was
        read, and need not be there. `name` is what logs call them."""
        self._read, self._files, self._name, self._asked = read, files, name, asked
        self.wrong = ""
        self._seen = self._known = self._stamp()  # before they are read: none is missed that way
        try:
            self.meant = read()
        except Invalid as error:
            self._blame(error)
            self.meant = otherwise(error)

    @property
    def remarks(self) -> list[str]:
        """For a service's health, which anybody may ask: that something is wrong, not what."""
        said = "what is written is wrong and not followed: the log says why"
        return [f"{self._name}: {said}"] if self.wrong else []

    def look(self) -> bool:
        """Read what has changed; whether it means something else now. Costs a stat of each file."""
        stamp, before = self._stamp(), self._seen
        self._seen = stamp
        settled = self._asked or stamp == before
        again = bool(self.wrong) and not self._asked
        if not settled or (stamp == self._known and not again):
            return False
        self._known = stamp
        try:
            return self._take(self._read())
        except Invalid as error:
            self._blame(error)
            return False

    def _take(self, meant: Meant) -> bool:
        changed, self.wrong = meant != self.meant, ""
        if changed:
            self.meant = meant
        log.info("a file was read again", file=self._name, changed=changed)
        return changed

    def _blame(self, error: Invalid) -> None:
        if str(error) != self.wrong:
            log.error("a file is wrong and not followed", file=self._name, error=str(error))
        self.wrong = str(error)

    def _stamp(self) -> Stamp:
        return tuple(_look(path) for path in self._files())


def _look(path: Path) -> tuple[Path, int, int, int]:
    try:
        found = path.stat()
    except OSError:
        return path, 0, 0, 0
    return path, found.st_ino, found.st_size, found.st_mtime_ns
