"""Files in a folder that somebody else writes to as well: none is ever read or seen half-written.

Ours are written under a name that begins with a dot, brought to the disk, and renamed. Theirs are
read when they have stayed as they are, between two looks, for as long as was agreed. Links and
whatever else is no plain file are passed over.
"""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DONE = "done"
ERRORS = ".errors.csv"
SUFFIXES = (".json", ".csv", ".xlsx")
LARGEST = 10 << 20
MOST = 1_000
"""Files that are looked at in one turn."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a file was like when it was looked at; `since` is when it became like that, in seconds
    of a clock that only goes forward."""

    identity: tuple[int, int, int]
    size: int
    since: float


def put(folder: Path, name: str, content: bytes) -> None:
    """Put a whole file into a folder; one of the same name is replaced. Raises OSError."""
    beside = folder / f".{name}.part"
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(folder / name)
    _to_disk(folder)


def look(folder: Path, before: Mapping[str, Look], at: float) -> dict[str, Look]:
    """The files that may hold results, by name, in the order of their names. Raises OSError."""
    names = sorted(entry.name for entry in os.scandir(folder) if is_result(entry.name))
    found = {}
    for name in names[:MOST]:
        seen = _seen(folder / name, before.get(name), at)
        if seen is not None:
            found[name] = seen
    return found


def is_result(name: str) -> bool:
    """Whether a file of this name may hold results."""
    lower = name.lower()
    return not lower.startswith((".", "~")) and lower.endswith(SUFFIXES) and ERRORS not in lower


def _seen(path: Path, before: Look | None, at: float) -> Look | None:
    try:
        now = path.lstat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(now.st_mode):
        return None
    identity = (now.st_ino, now.st_mtime_ns, now.st_size)
    unchanged = before is not None and before.identity == identity
    since = before.since if before is not None and unchanged else at
    return Look(identity=identity, size=now.st_size, since=since)


def read(path: Path) -> bytes:
    """The content of a plain file, one byte more than LARGEST at most. Raises OSError."""
    with open(path, "rb", opener=_open) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(0, "is no plain file", str(path))
        return file.read(LARGEST + 1)


def _open(path: str, flags: int) -> int:
    """A link that has taken the file's place is not followed, a pipe not waited for."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def put_away(folder: Path, name: str, digest: str) -> None:
    """Move a file into done/, under another name where that one is taken. Raises OSError."""
    done = folder / DONE
    done.mkdir(exist_ok=True)
    target = done / name
    if target.exists():
        target = done / f"{target.stem}-{digest[:12]}{target.suffix}"
    (folder / name).replace(target)
    _to_disk(done)
    _to_disk(folder)


def _to_disk(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
